import { chmodSync, statSync } from "node:fs";
import { afterEach, expect, it } from "vitest";
import { memoryPlan } from "../../../components/board/memoryPlan.ts";
import { controlPlaneStep, kubeletStep, upgradeStep } from "../../../components/kubeadm/clusterSteps.ts";
import { controlPlaneSettings } from "../../../components/kubeadm/controlPlaneSettings.ts";
import { type Programs, ScratchBoard } from "../board/scratchBoard.ts";
import { layout } from "./madeCluster.ts";

const [leader, worker] = layout.nodes as [(typeof layout.nodes)[0], (typeof layout.nodes)[0]];
const inCluster = { "var/lib/bramble/in-cluster": "" };
const programs: Programs = {
  // Both are installed, and held.
  dpkg: "",
  "dpkg-query": `echo "hi  ${layout.version}-1.1"`,
  "apt-mark": "printf '%s\\n' kubelet kubectl",
  kubectl: "echo ok",
  kubeadm: "",
  sleep: "",
};

let board: ScratchBoard;
afterEach(() => board.remove());

it("leaves the kubelet's configuration to nobody else, also where an older bramble did not", () => {
  const file = "var/lib/kubelet/config.yaml";
  board = new ScratchBoard({ ...inCluster, [file]: "kind: KubeletConfiguration\n" }, programs);
  chmodSync(`${board.root}/${file}`, 0o644);
  const step = upgradeStep(layout, worker, false);
  expect(board.runScript(step, "check").stdout).toContain(`/${file} can be read by every user of the board`);
  expect(board.runScript(step, "apply").stdout).toContain(`/${file} can be read by every user`);
  expect(statSync(`${board.root}/${file}`).mode & 0o777).toBe(0o600);
  expect(board.runScript(step, "check").stdout).not.toContain(file);
});

it("lays its patch over the manifest of a control plane's controller manager, and of no worker", () => {
  const patch = "etc/bramble/kubeadm/patches/kube-controller-manager0+strategic.yaml";
  board = new ScratchBoard({}, programs);
  board.runScript(kubeletStep(layout, leader), "apply");
  expect(board.read(patch)).toMatch(/^spec:\n {2}initContainers:\n {4}- name: api-server-ready\n/);
  expect(board.runScript(kubeletStep(layout, worker), "apply").stdout).toContain(`/${patch} exists`);
  expect(board.read(patch)).toBeUndefined();
});

it("writes the manifests anew where it patches them in another way, and nothing else has changed", () => {
  const kubectl = `case "$*" in *kubeadm-config*) echo "kubernetesVersion: v${layout.version}" ;; *) echo ok ;; esac`;
  const manifests = Object.fromEntries(
    ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"].map((name) => [
      `etc/kubernetes/manifests/${name}.yaml`,
      name,
    ]),
  );
  const files = { ...inCluster, "etc/kubernetes/admin.conf": "", ...manifests };
  board = new ScratchBoard(files, { ...programs, kubectl, ctr: "", pidof: "" });
  const step = controlPlaneStep(layout, leader, ["cp"]);
  board.runScript(step, "apply");
  const phases = () =>
    board
      .runScript(step, "apply")
      .calls.filter((call) => call.startsWith("kubeadm init phase control-plane"));
  expect(phases()).toEqual([]);
  board.write({ "var/lib/bramble/programs": "another digest\n" });
  expect(phases()).toHaveLength(3);
  expect(phases()).toEqual([]);
});

it("has an API server refuse what its rows in docs/security.md say", () => {
  const { apiServer, controllerManager } = controlPlaneSettings(memoryPlan(1848), 1);
  const of = (list: readonly { name: string; value: string }[]) =>
    Object.fromEntries(list.map(({ name, value }) => [name, value]));
  expect(of(apiServer.extraArgs)).toMatchObject({
    // kubeadm's own would be gone else.
    "enable-admission-plugins": "NodeRestriction,DenyServiceExternalIPs",
    "service-account-extend-token-expiration": "false",
    "tls-min-version": "VersionTLS13",
  });
  expect(of(controllerManager.extraArgs)).toMatchObject({ "terminated-pod-gc-threshold": "100" });
});
