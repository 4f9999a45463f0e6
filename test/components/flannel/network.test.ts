import { beforeAll, describe, expect, it } from "vitest";
import { flannelWorkload } from "../../../components/flannel/flannelWorkload.ts";
import { inputsOf, type Registered, registeredBy } from "../registered.ts";

describe("Flannel", () => {
  let registered: Registered[];
  beforeAll(async () => {
    registered = await registeredBy(async () => {
      const { Flannel } = await import("../../../components/flannel/network.ts");
      new Flannel("home", { podSubnet: "10.244.0.0/16" });
      new Flannel("other", { podSubnet: "10.32.0.0/12" });
    });
  });
  const config = (name: string) =>
    (inputsOf(registered, "ConfigMap", `${name}-config`).data as Record<string, string>)["net-conf.json"];
  const hashOf = (name: string) => {
    const { spec } = inputsOf(registered, "DaemonSet", `${name}-daemonset`) as {
      spec: { template: { metadata: { annotations: Record<string, string> } } };
    };
    return spec.template.metadata.annotations["bramble/config-hash"];
  };

  it("gives flanneld the pod subnet, and new pods where that changes", () => {
    expect(JSON.parse(config("home") ?? "")).toMatchObject({
      Network: "10.244.0.0/16",
      Backend: { Type: "vxlan" },
    });
    expect(JSON.parse(config("other") ?? "")).toMatchObject({ Network: "10.32.0.0/12" });
    expect(hashOf("home")).toMatch(/^[0-9a-f]{16}$/);
    expect(hashOf("other")).not.toBe(hashOf("home"));
  });

  it("may read nodes and patch their status, and nothing else", () => {
    expect(inputsOf(registered, "ClusterRole", "home-role").rules).toEqual([
      { apiGroups: [""], resources: ["nodes"], verbs: ["get", "list", "watch"] },
      { apiGroups: [""], resources: ["nodes/status"], verbs: ["patch"] },
    ]);
  });
});

describe("flannelWorkload", () => {
  const { pod } = flannelWorkload();
  const [flanneld] = pod.containers;

  it("runs on every board, before and after everything else", () => {
    expect(pod).toMatchObject({
      priorityClassName: "system-node-critical",
      tolerations: [{ operator: "Exists" }],
      hostNetwork: true,
    });
    expect(pod.nodeSelector).not.toHaveProperty("kubernetes.io/hostname");
  });

  it("has no limit at which it would be killed in a loop", () => {
    expect(flanneld?.resources).toMatchObject({ requests: { memory: "50Mi" }, limits: { memory: "128Mi" } });
  });

  it("has the two capabilities it needs and is not privileged", () => {
    expect(flanneld?.securityContext?.capabilities).toEqual({ drop: ["ALL"], add: ["NET_ADMIN", "NET_RAW"] });
    expect(JSON.stringify(pod)).not.toContain('"privileged":true');
  });

  it("answers its probes on the loopback address only", () => {
    expect(flanneld?.command).toContain("--healthz-ip=127.0.0.1");
    for (const probe of [flanneld?.startupProbe, flanneld?.readinessProbe, flanneld?.livenessProbe]) {
      expect(probe?.httpGet).toMatchObject({ host: "127.0.0.1", port: 8081 });
    }
  });

  it("mounts no more of the board than CNI, its own state and the lock of iptables", () => {
    const paths = pod.volumes?.flatMap(({ hostPath }) => hostPath?.path ?? []);
    expect(paths?.sort()).toEqual(["/etc/cni/net.d", "/opt/cni/bin", "/run/flannel", "/run/xtables.lock"]);
  });
});
