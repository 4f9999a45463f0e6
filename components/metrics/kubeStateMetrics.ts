import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import { registerAccess } from "../workload/access.ts";
import { withDisk } from "../workload/disk.ts";
import { restrictedContainer, restrictedPod } from "../workload/security.ts";
import { registerNamespace } from "../workload/namespace.ts";
import type { PriorityClassName } from "../workload/priorities.ts";
import { registerWorkload, type Workload } from "../workload/workload.ts";
import { besideApiServer } from "../kubeadm/kubeadmWorkloads.ts";
import { certificateCheck, type WatchedCertificates } from "./certificateCheck.ts";
import { datadogCheck, watchArguments, watchRules } from "./clusterState.ts";
import { metricsImages } from "./images.ts";

/** Name of everything that kube-state-metrics has. Datadog's agent knows its container by this name. */
const name = "kube-state-metrics";
const metricsPort = 8080;

/** kube-state-metrics as a document, after the example of its release (examples/standard). */
export function kubeStateMetricsWorkload(): Workload {
  // Not /livez, which asks the API server: a slow one would get this program restarted, and what it lists
  // again at its start would make the API server slower still.
  const live = { path: "/healthz", port: "metrics" };
  return {
    name,
    namespace: name,
    kind: "Deployment",
    replicas: 1,
    pod: {
      ...besideApiServer,
      priorityClassName: "bramble-observing" satisfies PriorityClassName,
      nodeSelector: { "kubernetes.io/os": "linux" },
      serviceAccountName: name,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 10,
      securityContext: restrictedPod(65_534),
      containers: [
        {
          name,
          image: metricsImages.kubeStateMetrics,
          // From the API server's watch cache, not from etcd.
          args: [...watchArguments(), "--use-apiserver-cache"],
          env: [{ name: "GOMEMLIMIT", value: "80MiB" }],
          ports: [
            { name: "metrics", containerPort: metricsPort },
            { name: "telemetry", containerPort: 8081 },
          ],
          // Measured natively, amd64, v2.20.0 with these arguments: 57 MiB resident with 16 boards, 288 pods
          // and 52 controllers: 14 its own, 43 pages of the program. (Its README's 250MiB are for all kinds of
          // objects and metrics.)
          resources: withDisk({ requests: { cpu: "10m", memory: "64Mi" }, limits: { memory: "128Mi" } }),
          startupProbe: { httpGet: live, periodSeconds: 10, timeoutSeconds: 10, failureThreshold: 60 },
          readinessProbe: {
            httpGet: { path: "/readyz", port: "telemetry" },
            periodSeconds: 15,
            timeoutSeconds: 10,
            failureThreshold: 4,
          },
          livenessProbe: { httpGet: live, periodSeconds: 30, timeoutSeconds: 10, failureThreshold: 6 },
          securityContext: restrictedContainer,
        },
      ],
    },
  };
}

/** Args of {@link KubeStateMetrics}. */
export interface KubeStateMetricsArgs {
  /** The entrance whose certificates are watched. Default: none, only the API server's. */
  readonly entrance?: WatchedCertificates;
}

/**
 * kube-state-metrics: the state of the cluster's objects as metrics, which the Datadog agent of its board
 * finds by an annotation and collects. It has no Service: nobody else asks.
 */
export class KubeStateMetrics extends ComponentResource {
  constructor(resourceName: string, args: KubeStateMetricsArgs, opts?: ComponentResourceOptions) {
    super("bramble:cluster:KubeStateMetrics", resourceName, args, opts);
    const own = { parent: this };

    const namespace = registerNamespace(`${resourceName}-namespace`, name, "restricted", own);
    const account = { name, namespace: name };
    const access = registerAccess(resourceName, account, watchRules(), { ...own, namespace });
    registerWorkload(
      `${resourceName}-deployment`,
      kubeStateMetricsWorkload(),
      { ...own, dependsOn: [access] },
      {
        [`ad.datadoghq.com/${name}.checks`]: JSON.stringify({
          ...datadogCheck(metricsPort),
          ...certificateCheck(args.entrance),
        }),
      },
    );
    this.registerOutputs({});
  }
}
