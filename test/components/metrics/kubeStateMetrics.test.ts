import { beforeAll, describe, expect, it } from "vitest";
import { kubeStateMetricsWorkload } from "../../../components/metrics/kubeStateMetrics.ts";
import { inputsOf, type Registered, registeredBy } from "../registered.ts";

let registered: Registered[];
beforeAll(async () => {
  registered = await registeredBy(async () => {
    const { KubeStateMetrics } = await import("../../../components/metrics/kubeStateMetrics.ts");
    new KubeStateMetrics("state", {
      entrance: { address: "192.168.1.11", hosts: ["gogs.home.example.com"] },
    });
  });
});

const [container] = kubeStateMetricsWorkload().pod.containers;
const valuesOf = (flag: string) =>
  container?.args
    ?.find((arg) => arg.startsWith(`--${flag}=`))
    ?.split("=")[1]
    ?.split(",");

interface Check {
  tls: { instances: { name: string; server: string; server_hostname?: string }[] };
  openmetrics: {
    ignore_autodiscovery_tags: boolean;
    instances: { openmetrics_endpoint: string; metrics: Record<string, unknown>[]; hostname_label: string }[];
  };
}
function checkOf(name: string): Check {
  const { spec } = inputsOf(registered, "Deployment", "state-deployment") as {
    spec: { template: { metadata: { annotations: Record<string, string> } } };
  };
  return JSON.parse(spec.template.metadata.annotations[`ad.datadoghq.com/${name}.checks`] ?? "") as Check;
}

describe("KubeStateMetrics", () => {
  it("may list and watch what it is told to watch, and nothing else", () => {
    const rules = inputsOf(registered, "ClusterRole", "state-role").rules as {
      resources: string[];
      verbs: string[];
    }[];
    expect(rules.flatMap(({ resources }) => resources).sort()).toEqual(valuesOf("resources")?.sort());
    for (const { verbs } of rules) expect(verbs).toEqual(["list", "watch"]);
    expect(JSON.stringify(rules)).not.toMatch(/secrets|configmaps|\*/);
  });

  it("is found by the agent under its container's name, which collects all that is exposed and no more", () => {
    const { openmetrics } = checkOf(container?.name ?? "");
    const [instance] = openmetrics.instances;
    expect(instance?.metrics.flatMap((each) => Object.keys(each)).sort()).toEqual(
      valuesOf("metric-allowlist")?.sort(),
    );
    expect(instance?.openmetrics_endpoint).toBe("http://%%host%%:8080/metrics");
    expect(container?.ports).toContainEqual({ name: "metrics", containerPort: 8080 });
  });

  it("has a board's metrics tagged as that board's, not as those of the board it is on", () => {
    const { openmetrics } = checkOf("kube-state-metrics");
    expect(openmetrics.ignore_autodiscovery_tags).toBe(true);
    expect(openmetrics.instances[0]?.hostname_label).toBe("node");
  });

  it("has the days of the API server's and the entrance's certificates counted", () => {
    expect(checkOf("kube-state-metrics").tls.instances).toMatchObject([
      { name: "api-server", server: "kubernetes.default.svc", tls_ca_cert: expect.any(String) as string },
      { name: "gogs.home.example.com", server: "192.168.1.11", server_hostname: "gogs.home.example.com" },
    ]);
  });

  it("needs no more than a restricted namespace", () => {
    expect(inputsOf(registered, "Namespace", "state-namespace")).toMatchObject({
      metadata: { labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
    });
  });
});

it("is not restarted because the API server is slow", () => {
  for (const probe of [container?.startupProbe, container?.livenessProbe]) {
    expect(probe?.httpGet?.path).toBe("/healthz");
  }
});
