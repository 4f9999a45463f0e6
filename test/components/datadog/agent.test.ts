import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { agentConfigFile } from "../../../components/datadog/agentConfig.ts";
import { datadogWorkload } from "../../../components/datadog/agentWorkload.ts";
import { memoryRequest } from "../../../components/capacity/podNeeds.ts";
import { mebibytes } from "../../../components/workload/quantity.ts";
import { startReceiver } from "../../gateway/receiver.ts";
import { inputsOf, type Registered, registeredBy } from "../registered.ts";

const off = { traces: false, processes: false, logs: false, verifyKubelet: false };
const apiKey = "0123456789abcdef0123456789abcdef";

describe("DatadogAgent", () => {
  let registered: Registered[];
  beforeAll(async () => {
    registered = await registeredBy(async () => {
      const { DatadogAgent } = await import("../../../components/datadog/agent.ts");
      const args = { site: "datadoghq.eu", clusterName: "home", ...off } as const;
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
  const { pod } = datadogWorkload({ site: "datadoghq.eu", clusterName: "home", ...off });
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
    expect(parse(agentConfigFile(off))).toMatchObject({
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
    expect(paths).toEqual(["/proc", "/sys/fs/cgroup", "/var/run/datadog"]);
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
  const config = parse(agentConfigFile(off)) as Record<string, { enabled?: boolean }>;

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

describe("what is off", () => {
  const args = { site: "datadoghq.eu", clusterName: "home", ...off } as const;
  const memory = (change: Partial<typeof off>) => memoryRequest(datadogWorkload({ ...args, ...change }).pod);
  const config = (change: Partial<typeof off>) =>
    parse(agentConfigFile({ ...off, ...change })) as Record<string, unknown>;

  it.each([
    ["processes", 32],
    ["logs", 48],
    ["traces", 64],
  ] as const)("%s are one setting away, and %i MiB more", (part, mebibytes) => {
    expect(memory({ [part]: true }) - memory({})).toBe(mebibytes);
    expect(config({ [part]: true })).not.toEqual(config({}));
  });

  it("logs are read as root, which the agent otherwise is not", () => {
    const { pod } = datadogWorkload({ ...args, logs: true });
    expect(pod.containers[0]?.securityContext).toMatchObject({ runAsUser: 0, runAsNonRoot: false });
    expect(pod.volumes).toContainEqual({
      name: "logs",
      hostPath: { path: "/var/log/pods", type: "Directory" },
    });
  });

  it("traces are taken at each board", () => {
    const container = datadogWorkload({ ...args, traces: true }).pod.containers.at(-1);
    expect(container?.ports).toEqual([{ name: "traces", containerPort: 8126, hostPort: 8126 }]);
    expect(container?.securityContext).toMatchObject({ readOnlyRootFilesystem: true });
  });

  it("kubelets' certificates are verified by the cluster's CA", () => {
    expect(config({ verifyKubelet: true })).toMatchObject({
      kubelet_tls_verify: true,
      kubelet_client_ca: "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt",
    });
  });
});

describe("a board's DogStatsD", () => {
  const { pod } = datadogWorkload({ site: "datadoghq.eu", clusterName: "home", ...off });

  it("has a Unix socket on the board too, in a directory that only its owner changes", () => {
    expect((parse(agentConfigFile(off)) as Record<string, unknown>).dogstatsd_socket).toBe(
      "/var/run/datadog/dsd.socket",
    );
    expect(pod.volumes).toContainEqual({
      name: "socket",
      hostPath: { path: "/var/run/datadog", type: "DirectoryOrCreate" },
    });
    expect(pod.initContainers?.[0]).toMatchObject({
      command: ["chown", "100:0", "/var/run/datadog"],
      securityContext: { capabilities: { drop: ["ALL"], add: ["CHOWN"] } },
    });
  });
});

describe("board.sh", () => {
  /** What it tells of a board whose sysfs has these files. */
  async function told(files: Record<string, string>): Promise<string[]> {
    const sysfs = mkdtempSync(path.join(tmpdir(), "sysfs-"));
    for (const [file, content] of Object.entries(files)) {
      mkdirSync(path.join(sysfs, path.dirname(file)), { recursive: true });
      writeFileSync(path.join(sysfs, file), content);
    }
    const receiver = await startReceiver();
    const script = fileURLToPath(new URL("../../../components/datadog/board.sh", import.meta.url));
    const child = spawn("bash", [script, String(receiver.port), sysfs], { stdio: "ignore" });
    try {
      const lines = () => receiver.datagrams.flatMap((each) => each.split("\n")).filter(Boolean);
      const expected = Object.keys(files).some((file) => file.includes("firmware")) ? 3 : 1;
      while (lines().length < expected) await receiver.received(receiver.datagrams.length + 1);
      return lines();
    } finally {
      child.kill();
      receiver.close();
      rmSync(sysfs, { recursive: true });
    }
  }
  const heat = { "class/thermal/thermal_zone0/temp": "48312\n" };

  it.each([
    ["a Raspberry Pi 3 that lacks power now and lacked it before", "soc/soc:firmware", "50005", [1, 1]],
    ["a Raspberry Pi 5 that lacked power before", "soc@107c000000/soc@107c000000:firmware", "50000", [0, 0]],
    ["one that is slowed by heat", "soc/soc:firmware", "e0008", [1, 0]],
  ])("tells of %s", async (_, folder, bits, [throttled, undervoltage]) => {
    expect(await told({ ...heat, [`devices/platform/${folder}/get_throttled`]: `${bits}\n` })).toEqual([
      `bramble.board.throttled:${throttled}|g`,
      `bramble.board.undervoltage:${undervoltage}|g`,
      "bramble.board.temperature:48.3|g",
    ]);
  });

  it("tells of another board what that has", async () => {
    expect(await told(heat)).toEqual(["bramble.board.temperature:48.3|g"]);
  });
});
