import { beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { agentConfigFile } from "../../../components/datadog/agentConfig.ts";
import { datadogWorkload } from "../../../components/datadog/agentWorkload.ts";
import { mebibytes } from "../../../components/quantity.ts";
import { inputsOf, type Registered, registeredBy } from "../registered.ts";

const apiKey = "0123456789abcdef0123456789abcdef";

describe("DatadogAgent", () => {
  let registered: Registered[];
  beforeAll(async () => {
    registered = await registeredBy(async () => {
      const { DatadogAgent } = await import("../../../components/datadog/agent.ts");
      const args = { site: "datadoghq.eu", clusterName: "home" } as const;
      new DatadogAgent("home", { ...args, apiKey });
      new DatadogAgent("renewed", { ...args, apiKey: apiKey.replace("0", "f") });
    });
  });
  const hashOf = (name: string) => {
    const { spec } = inputsOf(registered, "DaemonSet", `${name}-daemonset`) as {
      spec: { template: { metadata: { annotations: Record<string, string> } } };
    };
    return spec.template.metadata.annotations["bramble/config-hash"];
  };

  it("has the API key in a Secret alone, and there as a secret even if it came as none", () => {
    const holders = registered.filter(
      ({ type, inputs }) => type.startsWith("kubernetes:") && JSON.stringify(inputs).includes(apiKey),
    );
    expect(holders).toMatchObject([{ name: "home-api-key", secrets: ["stringData"] }]);
    const component = registered.find(({ type }) => type === "bramble:datadog:DatadogAgent");
    expect(component?.secrets).toEqual(["apiKey"]);
  });

  it("gets new pods with a new key, and says so in a preview", () => {
    expect(hashOf("home")).toMatch(/^[0-9a-f]{16}$/);
    expect(hashOf("renewed")).not.toBe(hashOf("home"));
    expect(registered.find(({ name }) => name === "home-daemonset")?.secrets).toEqual([]);
  });

  it("may not run commands in containers through the kubelet, nor read anything but nodes", () => {
    const rules = inputsOf(registered, "ClusterRole", "home-role").rules as {
      resources: string[];
      verbs: string[];
    }[];
    for (const { resources, verbs } of rules) {
      expect(verbs).toEqual(["get"]);
      for (const resource of resources) expect(resource).toMatch(/^nodes(\/(healthz|metrics|pods|stats))?$/);
    }
  });
});

describe("datadogWorkload", () => {
  const { pod } = datadogWorkload({ site: "datadoghq.eu", clusterName: "home" });
  const [agent] = pod.containers;

  it("is on the control plane too", () => {
    expect(pod.tolerations).toEqual([
      { key: "node-role.kubernetes.io/control-plane", operator: "Exists", effect: "NoSchedule" },
    ]);
  });

  it("leaves a board of 1 GB room for apps", () => {
    expect(mebibytes(agent?.resources?.requests?.memory ?? "")).toBeLessThanOrEqual(160);
    const goes = Number(/^(\d+)MiB$/.exec(valueOf("GOMEMLIMIT") ?? "")?.[1]);
    expect(goes).toBeLessThan(0.6 * mebibytes(agent?.resources?.limits?.memory ?? ""));
  });

  it("takes DogStatsD on its board's address", () => {
    expect(agent?.ports).toContainEqual({
      name: "dogstatsd",
      containerPort: 8125,
      hostPort: 8125,
      protocol: "UDP",
    });
    expect(parse(agentConfigFile())).toMatchObject({
      dogstatsd_port: 8125,
      dogstatsd_non_local_traffic: true,
    });
  });

  it("says which cluster and which board it watches", () => {
    expect(valueOf("DD_SITE")).toBe("datadoghq.eu");
    expect(valueOf("DD_CLUSTER_NAME")).toBe("home");
    expect(agent?.env).toContainEqual({
      name: "DD_HOSTNAME",
      valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } },
    });
  });

  it("sees of its board no more than /proc and the cgroups, and changes neither", () => {
    const paths = pod.volumes?.flatMap(({ hostPath }) => hostPath?.path ?? []);
    expect(paths).toEqual(["/proc", "/sys/fs/cgroup"]);
    const mounts = agent?.volumeMounts?.filter(({ mountPath }) => mountPath.startsWith("/host/"));
    expect(mounts).toHaveLength(2);
    for (const mount of mounts ?? []) expect(mount.readOnly).toBe(true);
    expect(pod).toMatchObject({ securityContext: { runAsNonRoot: true, runAsUser: 100 } });
    expect(pod).not.toHaveProperty("hostPID");
    expect(pod).not.toHaveProperty("hostNetwork");
  });

  function valueOf(variable: string): string | undefined {
    return agent?.env?.find(({ name }) => name === variable)?.value;
  }
});

describe("agentConfigFile", () => {
  const config = parse(agentConfigFile()) as Record<string, { enabled?: boolean }>;

  it.each(["apm_config", "orchestrator_explorer", "remote_configuration", "container_image"])(
    "has %s off",
    (product) => {
      expect(config[product]).toEqual({ enabled: false });
    },
  );

  it("keeps logs and processes to the board", () => {
    expect(config.logs_enabled).toBe(false);
    for (const each of Object.values(config.process_config ?? {})) expect(each).toEqual({ enabled: false });
  });

  it("never asks a kubelet without TLS", () => {
    expect(config).toMatchObject({ kubelet_tls_verify: false, kubernetes_http_kubelet_port: 0 });
  });

  it("does not start the check that cannot read today's kube-state-metrics", () => {
    expect(config.ignore_autoconf).toContain("kubernetes_state");
  });
});
