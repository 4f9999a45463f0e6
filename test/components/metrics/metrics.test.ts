import { beforeAll, describe, expect, it } from "vitest";
import { metricsServerWorkload } from "../../../components/metrics/metricsWorkload.ts";
import { inputsOf, type Registered, registeredBy } from "../registered.ts";

let registered: Registered[];
beforeAll(async () => {
  registered = await registeredBy(async () => {
    const { MetricsServer } = await import("../../../components/metrics/metrics.ts");
    new MetricsServer("metrics");
  });
});

describe("MetricsServer", () => {
  it("serves metrics.k8s.io through its Service", () => {
    const { spec } = inputsOf(registered, "APIService", "metrics-apiservice") as {
      spec: { service: { name: string; namespace: string } };
    };
    const service = inputsOf(registered, "Service", "metrics-service");
    expect(service).toMatchObject({ metadata: spec.service, spec: { ports: [{ port: 443 }] } });
    const { selector } = service.spec as { selector: object };
    expect(inputsOf(registered, "Deployment", "metrics-deployment")).toMatchObject({
      spec: { template: { metadata: { labels: selector } } },
    });
  });

  it("reads metrics, nodes and pods, and nothing else", () => {
    expect(inputsOf(registered, "ClusterRole", "metrics-role").rules).toEqual([
      { apiGroups: [""], resources: ["nodes/metrics"], verbs: ["get"] },
      { apiGroups: [""], resources: ["pods", "nodes"], verbs: ["get", "list", "watch"] },
    ]);
  });

  it("has that role under the name that others know it by, and no other of its own", () => {
    expect(inputsOf(registered, "ClusterRole", "metrics-role").metadata).toEqual({
      name: "system:metrics-server",
    });
    expect(inputsOf(registered, "ClusterRoleBinding", "metrics-binding")).toMatchObject({
      metadata: { name: "system:metrics-server" },
      roleRef: { kind: "ClusterRole", name: "system:metrics-server" },
    });
  });

  it("binds its own service account only", () => {
    const bindings = registered.filter(({ type }) => type.endsWith("Binding"));
    expect(bindings).toHaveLength(3);
    for (const { inputs } of bindings) {
      expect(inputs.subjects).toEqual([
        { kind: "ServiceAccount", name: "metrics-server", namespace: "kube-system" },
      ]);
    }
  });
});

describe("metricsServerWorkload", () => {
  const [server] = metricsServerWorkload().pod.containers;

  it("asks the kubelets by address, whose certificates nobody can verify, at most twice a minute", () => {
    expect(server?.args).toContain("--kubelet-preferred-address-types=InternalIP");
    expect(server?.args).toContain("--kubelet-insecure-tls");
    const resolution = /--metric-resolution=(\d+)s/.exec(server?.args?.join(" ") ?? "")?.[1];
    expect(Number(resolution)).toBeGreaterThanOrEqual(30);
  });

  it("collects its garbage before it reaches its limit", () => {
    expect(server?.env).toContainEqual({ name: "GOMEMLIMIT", value: "80MiB" });
    expect(server?.resources).toMatchObject({ requests: { memory: "72Mi" }, limits: { memory: "128Mi" } });
  });
});
