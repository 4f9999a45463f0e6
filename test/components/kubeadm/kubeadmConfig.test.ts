import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse, stringify } from "yaml";
import { memoryPlan } from "../../../components/board/memoryPlan.ts";
import {
  type ClusterPlan,
  clusterConfiguration,
  coreDnsPatch,
  initConfiguration,
  joinConfiguration,
  type KubeadmDocument,
  kubeProxyConfiguration,
  type NodePlan,
  upgradeConfiguration,
} from "../../../components/kubeadm/kubeadmConfig.ts";
import { controllerManagerPatch } from "../../../components/kubeadm/controllerManagerPatch.ts";
import { kubeadm, noKubeadm } from "../../lab/kubeadm.ts";

const plan: ClusterPlan = {
  version: "1.36.3",
  endpoint: "192.168.1.10:6443",
  podSubnet: "10.244.0.0/16",
  serviceSubnet: "10.96.0.0/12",
  ignorePreflightErrors: ["SystemVerification"],
  controlPlanes: [memoryPlan(1848)],
};
const several = { ...plan, controlPlanes: [memoryPlan(7800), memoryPlan(905), memoryPlan(1848)] };
const node: NodePlan = { name: "pi4-1", host: "192.168.1.10", role: "controlPlane", takesApps: false };
const admission = {
  token: "abcdef.0123456789abcdef",
  caCertHash: `sha256:${"0".repeat(64)}`,
  certificateKey: "1".repeat(64),
  authority: "LS0t",
};
const join = (changes: Partial<NodePlan>) => joinConfiguration({ ...node, ...changes }, plan, admission);

interface Program {
  extraArgs: { name: string; value: string }[];
  extraEnvs: { name: string; value: string }[];
}
type Cluster = Record<"apiServer" | "controllerManager" | "scheduler", Program> & {
  etcd: { local: Program };
};
const clusterOf = (changes: Partial<ClusterPlan>) =>
  clusterConfiguration({ ...plan, ...changes }) as unknown as Cluster;
const valueOf = (list: { name: string; value: string }[], name: string) =>
  list.find((each) => each.name === name)?.value;

describe("documents for kubeadm", { timeout: 60_000 }, () => {
  it.for<[string, KubeadmDocument[]]>([
    ["an init", [initConfiguration(node, plan), clusterConfiguration(plan), kubeProxyConfiguration()]],
    [
      "an init by host name",
      [initConfiguration({ ...node, host: "pi4-1.lan" }, plan), clusterConfiguration(plan)],
    ],
    ["several control planes", [initConfiguration(node, plan), clusterConfiguration(several)]],
    ["a worker's join", [join({ role: "worker", takesApps: true })]],
    ["a control plane's join", [join({})]],
    ["an upgrade", [upgradeConfiguration(plan)]],
  ])("of %s are valid, says kubeadm itself", ([, documents], { skip }) => {
    skip(kubeadm === undefined, noKubeadm);
    expect(validate(kubeadm!, documents)).toEqual({ status: 0, said: "ok\n" });
  });

  it("are refused by kubeadm where they are wrong, so that its word counts", ({ skip }) => {
    skip(kubeadm === undefined, noKubeadm);
    const wrong = { ...clusterConfiguration(plan), podSubnet: "10.244.0.0/16" };
    expect(validate(kubeadm!, [wrong]).said).toContain('unknown field "podSubnet"');
  });
});

describe("the patch of the controller manager", () => {
  it("is taken by kubeadm, which starts it behind the sidecar", ({ skip }) => {
    skip(kubeadm === undefined, noKubeadm);
    const folder = mkdtempSync(path.join(tmpdir(), "kubeadm-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const patch = path.join(folder, "kube-controller-manager0+strategic.yaml");
    writeFileSync(patch, stringify(controllerManagerPatch));
    const init = {
      ...initConfiguration({ ...node, host: "192.0.2.1" }, plan),
      patches: { directory: folder },
    };
    const file = path.join(folder, "config.yaml");
    writeFileSync(file, [init, clusterConfiguration(plan)].map((each) => stringify(each)).join("---\n"));
    const phase = ["init", "phase", "control-plane", "controller-manager", "--dry-run", "--config", file];
    const env = { ...process.env, KUBEADM_INIT_DRYRUN_DIR: folder };
    const { status, stderr } = spawnSync(kubeadm!, phase, { encoding: "utf8", env });
    expect([status, stderr]).toEqual([0, expect.anything()]);
    const manifest = parse(readFileSync(path.join(folder, "kube-controller-manager.yaml"), "utf8")) as {
      spec: { initContainers: { name: string; restartPolicy: string; startupProbe: object }[] };
    };
    const [sidecar, ...others] = manifest.spec.initContainers;
    expect(others).toEqual([]);
    expect(sidecar).toMatchObject(controllerManagerPatch.spec.initContainers[0]!);
  });
});

describe("leader election", () => {
  it("is off with one control plane, and patient with several", () => {
    for (const program of ["controllerManager", "scheduler"] as const) {
      expect(valueOf(clusterOf({})[program].extraArgs, "leader-elect")).toBe("false");
      const { extraArgs } = clusterOf(several)[program];
      expect(valueOf(extraArgs, "leader-elect")).toBeUndefined();
      expect(valueOf(extraArgs, "leader-elect-lease-duration")).toBe("60s");
    }
  });
});

it("lets a single API server be away for three minutes, and takes no board for dead", () => {
  const graceOf = (cluster: ReturnType<typeof clusterOf>) =>
    valueOf(cluster.controllerManager.extraArgs, "node-monitor-grace-period");
  expect(graceOf(clusterOf({}))).toBe("180s");
  expect(graceOf(clusterOf(several))).toBeUndefined();
});

describe("memory", () => {
  const envs = (capacity: number) => clusterOf({ controlPlanes: [memoryPlan(capacity)] }).apiServer.extraEnvs;

  it("is bounded by what the board has, and never below what the program needs", () => {
    expect(valueOf(envs(905), "GOMEMLIMIT")).toBe("220MiB");
    expect(valueOf(envs(1848), "GOMEMLIMIT")).toBe("327MiB");
    expect(valueOf(envs(905), "GOGC")).toBe("50");
    expect(valueOf(envs(7800), "GOGC")).toBeUndefined();
  });

  it("is that of the smallest control plane", () => {
    expect(clusterOf(several).apiServer.extraEnvs).toEqual(envs(905));
  });

  it("bounds the requests at once, fewer on a small board", () => {
    const inFlight = (capacity: number) =>
      valueOf(
        clusterOf({ controlPlanes: [memoryPlan(capacity)] }).apiServer.extraArgs,
        "max-requests-inflight",
      );
    expect([905, 1848, 7800].map(inFlight)).toEqual(["100", "180", "400"]);
    const mutating = clusterOf({ controlPlanes: [memoryPlan(1791)] }).apiServer.extraArgs;
    expect(valueOf(mutating, "max-mutating-requests-inflight")).toBe("87");
  });
});

it("taints a control plane only where there are workers for the apps", () => {
  const taints = (changes: Partial<NodePlan>) =>
    (initConfiguration({ ...node, ...changes }, plan).nodeRegistration as { taints: unknown[] }).taints;
  expect(taints({})).toEqual([{ key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" }]);
  expect(taints({ takesApps: true })).toEqual([]);
});

it("gives a worker no certificates", () => {
  expect(JSON.stringify(join({ role: "worker" }))).not.toContain(admission.certificateKey);
});

it("has one CoreDNS on a single board, and two at most", () => {
  expect([1, 2, 16].map(coreDnsPatch)).toEqual([1, 2, 2].map((replicas) => ({ spec: { replicas } })));
});

function validate(program: string, documents: readonly object[]) {
  const folder = mkdtempSync(path.join(tmpdir(), "kubeadm-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, "config.yaml");
  writeFileSync(
    file,
    documents.map((each) => stringify(each, { aliasDuplicateObjects: false })).join("---\n"),
  );
  const { status, stdout, stderr } = spawnSync(program, ["config", "validate", "--config", file], {
    encoding: "utf8",
  });
  return { status, said: `${stdout}${stderr}` };
}
