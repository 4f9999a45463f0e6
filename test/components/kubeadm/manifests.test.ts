import { rmSync, statSync } from "node:fs";
import { afterEach, expect, it } from "vitest";
import { controlPlaneStep, joinStep } from "../../../components/kubeadm/clusterSteps.ts";
import { type Files, type Programs, ScratchBoard } from "../board/scratchBoard.ts";
import { certificateOf, kubeconfigOf, pairOf } from "./certificates.ts";
import { layout } from "./madeCluster.ts";

const [leader] = layout.nodes as [(typeof layout.nodes)[0]];
const folder = "etc/kubernetes/manifests/";
const apiServer = `${folder}kube-apiserver.yaml`;
const parts = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"];

const ours = certificateOf("/CN=kubernetes");
const files: Files = {
  "joined.conf": kubeconfigOf(ours),
  "var/lib/kubelet/pki/kubelet-client-current.pem": pairOf("/O=system:nodes/CN=system:node:cp"),
};
const programs: Programs = {
  sleep: "",
  ctr: "",
  // What kubeadm writes, and with the mode that it has there.
  kubeadm: `case "$1" in init | join)
    mkdir -p "$ROOT/${folder}"
    for name in ${parts.join(" ")}; do (umask 077; echo "$name of kubeadm" >"$ROOT/${folder}$name.yaml"); done
    cp "$ROOT/joined.conf" "$ROOT/etc/kubernetes/kubelet.conf"
    touch "$ROOT/etc/kubernetes/admin.conf" ;;
  esac`,
  kubectl: `case "$*" in
    *kubeadm-config*) echo "kubernetesVersion: v${layout.version}" ;;
    *healthz*) echo ok ;;
  esac`,
};
const admission = {
  token: "",
  certificateKey: "",
  period: "",
  caCertHash: "",
  authority: Buffer.from(ours).toString("base64"),
};
const steps = {
  init: controlPlaneStep(layout, leader, ["cp"]),
  join: joinStep(layout, leader, admission),
};

let board: ScratchBoard;
afterEach(() => board.remove());

/** A control plane that kubeadm has just made, with changes by hand. */
function changed(step: keyof typeof steps, byHand: Files): ScratchBoard {
  board = new ScratchBoard(files, programs);
  expect(board.runScript(steps[step], "apply", 30)).toMatchObject({ status: 0, stderr: "" });
  expect(board.runScript(steps[step], "check", 30)).toMatchObject({ status: 0, stdout: "" });
  board.write(byHand);
  return board;
}

it.each(["init", "join"] as const)(
  "sees a manifest that was changed by hand, and takes it back: %s",
  (step) => {
    const own = { [`${folder}kube-vip.yaml`]: "the owner's" };
    changed(step, { ...own, [apiServer]: "kube-apiserver of kubeadm\n--v=9\n" });
    const before = board.files();
    expect(board.runScript(steps[step], "check", 30).stdout).toMatch(
      /^\S+: \/etc\/kubernetes\/manifests\/kube-apiserver.yaml differs from what kubeadm wrote\n$/,
    );
    expect(board.files()).toEqual(before);
    expect(board.runScript(steps[step], "apply", 30).status).toBe(0);
    expect(board.files()).toEqual({ ...before, [apiServer]: "kube-apiserver of kubeadm\n" });
    expect(board.runScript(steps[step], "check", 30)).toMatchObject({ status: 0, stdout: "" });
  },
);

it("brings back a manifest that is gone or that a power cut has emptied, for nobody else to read", () => {
  changed("init", { [apiServer]: "" });
  rmSync(`${board.root}/${folder}etcd.yaml`);
  expect(board.runScript(steps.init, "apply", 30).status).toBe(0);
  expect([board.read(apiServer), board.read(`${folder}etcd.yaml`)]).toEqual([
    "kube-apiserver of kubeadm\n",
    "etcd of kubeadm\n",
  ]);
  expect(statSync(`${board.root}/${folder}etcd.yaml`).mode & 0o777).toBe(0o600);
});

it.each([
  ["goes on with a join whose etcd has not answered in time", 3, 0, 3],
  ["gives up a join that fails all the same", 9, 1, 5],
])("%s", (_, succeedsAt, status, tries) => {
  const etcd = `${folder}etcd.yaml`;
  const kubeadm = `case "$1" in join)
    echo >>"$ROOT/tries"
    mkdir -p "$ROOT/${folder}"; echo etcd >"$ROOT/${etcd}"
    [ "$(wc -l <"$ROOT/tries")" -ge ${succeedsAt} ] || exit 1
    cp "$ROOT/joined.conf" "$ROOT/etc/kubernetes/kubelet.conf" ;;
  esac`;
  board = new ScratchBoard(files, { ...programs, kubeadm });
  const ended = board.runScript(steps.join, "apply", 30);
  const joins = ended.calls.filter((call) => call.startsWith("kubeadm join"));
  expect([ended.status, joins.length]).toEqual([status, tries]);
  expect(joins[0]).not.toContain("--skip-phases");
  for (const again of joins.slice(1)) expect(again).toMatch(/--skip-phases=preflight,.*kubelet-start$/);
});

it("changes nothing in a cluster that works when it is told of other boards", () => {
  changed("init", {});
  const before = board.files();
  const told = controlPlaneStep(layout, leader, ["cp", "one", "other"]);
  expect(told).not.toBe(steps.init);
  const { status, stdout, stderr, calls } = board.runScript(told, "apply again", 30);
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/^control-plane: changed nothing$/m);
  expect(calls.filter((call) => /^(kubeadm|ssh|ctr|systemctl)/.test(call))).toEqual([]);
  expect(board.files()).toEqual(before);
});

it("takes manifests as they are where an older bramble has kept none", () => {
  changed("init", { [apiServer]: "of another version" });
  rmSync(`${board.root}/var/lib/bramble/manifests`, { recursive: true });
  expect(board.runScript(steps.init, "check", 30)).toMatchObject({ status: 0, stdout: "" });
  expect(board.runScript(steps.init, "apply", 30).status).toBe(0);
  expect(board.read(apiServer)).toBe("of another version");
  expect(board.read("var/lib/bramble/manifests/kube-apiserver.yaml")).toBe("of another version");
});
