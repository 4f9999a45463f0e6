import type { AppPart } from "./app/app.ts";
import { flannelWorkload } from "./flannel/flannelWorkload.ts";
import { Flannel } from "./flannel/network.ts";
import { PolicyEnforcer } from "./isolation/enforcer.ts";
import { enforcerWorkload } from "./isolation/enforcerWorkload.ts";
import { MetricsServer } from "./metrics/metrics.ts";
import { metricsServerWorkload } from "./metrics/metricsWorkload.ts";
import { Priorities } from "./workload/priorities.ts";

/** What of the cluster's own parts is wanted: section `cluster`. */
export interface FoundationArgs {
  readonly network: "flannel" | "none";
  /** The pods' IPv4 range. */
  readonly podSubnet: string;
  /** Whether apps that face the internet are isolated. Another network than bramble's enforces that itself. */
  readonly isolation: boolean;
  /** Whether there is metrics-server. */
  readonly metrics: boolean;
}

/** What apps stand on in the cluster. */
export function foundations({ network, podSubnet, isolation, metrics }: FoundationArgs): AppPart[] {
  const parts: AppPart[] = [
    {
      name: "priorities",
      stage: "foundation",
      register: (name, { opts }) => ({ resource: new Priorities(name, opts) }),
    },
  ];
  if (network === "flannel") {
    parts.push({
      name: "flannel",
      stage: "foundation",
      loads: [flannelWorkload()],
      register: (name, { opts }) => ({ resource: new Flannel(name, { podSubnet }, opts) }),
    });
  }
  if (isolation && network === "flannel") {
    parts.push({
      name: "policy-enforcer",
      stage: "foundation",
      loads: [enforcerWorkload()],
      register: (name, { opts }) => ({ resource: new PolicyEnforcer(name, opts) }),
    });
  }
  if (metrics) {
    parts.push({
      name: "metrics-server",
      stage: "app",
      loads: [metricsServerWorkload()],
      register: (name, { opts }) => ({ resource: new MetricsServer(name, opts) }),
    });
  }
  return parts;
}
