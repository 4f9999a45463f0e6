import { afterEach, describe, expect, it } from "vitest";
import type { ClusterNode } from "../../../components/kubeadm/clusterLayout.ts";
import { admissionStep, joinStep } from "../../../components/kubeadm/clusterSteps.ts";
import { type Files, ScratchBoard } from "../board/scratchBoard.ts";
import { certificateOf, kubeconfigOf, pairOf } from "./certificates.ts";
import { layout } from "./madeCluster.ts";

const [leader, worker] = layout.nodes as [ClusterNode, ClusterNode];
const authority = certificateOf("/CN=kubernetes");
const token = "abcdef.0123456789abcdef";
const admission = {
  token,
  certificateKey: "",
  caCertHash: "",
  authority: Buffer.from(authority).toString("base64"),
  period: "2026-1",
};
const pem = "var/lib/kubelet/pki/kubelet-client-current.pem";
const subject = "/O=system:nodes/CN=system:node:one";
const joined: Files = {
  "var/lib/bramble/kubeadm-begun": "",
  "var/lib/bramble/in-cluster": "",
  "etc/kubernetes/kubelet.conf": kubeconfigOf(authority),
  [pem]: pairOf(subject),
  "var/lib/kubelet/kubeadm-flags.env": "",
  "new.conf": kubeconfigOf(authority),
  "new.pem": pairOf(subject, 1000),
};
const zeros = "\0".repeat(4096);
const programs = {
  sleep: "",
  kubeadm: "",
  kubectl: `case "$*" in *healthz*) echo ok ;; esac`,
  // A kubelet with a token asks, and writes what it gets.
  systemctl: `case "$*" in "restart kubelet")
    if grep -q "token: ${token}" "$ROOT/etc/kubernetes/bootstrap-kubelet.conf"; then
      rm -f "$ROOT/${pem}"
      cp "$ROOT/new.pem" "$ROOT/${pem}"
      [ -e "$ROOT/etc/kubernetes/kubelet.conf" ] || cp "$ROOT/new.conf" "$ROOT/etc/kubernetes/kubelet.conf"
    fi ;;
  esac`,
};
/** A year and a half later. */
const later = { date: `case $1 in +%s) /bin/date -d "18 months" +%s ;; *) exec /bin/date "$@" ;; esac` };

let board: ScratchBoard;
afterEach(() => {
  board.remove();
});

describe("a worker in its cluster", () => {
  const step = joinStep(layout, worker, admission);

  it.for<[string, Files, Record<string, string>, RegExp]>([
    ["has expired", {}, later, /kubelet-client-current.pem has expired/],
    ["can't be read", { [pem]: zeros }, {}, /kubelet-client-current.pem can't be read/],
    ["has no kubelet.conf", { "etc/kubernetes/kubelet.conf": zeros }, {}, /current.pem has no kubelet.conf/],
  ])(
    "whose certificate %s asks for one with its token, and stays the node that it is",
    ([, files, at, what]) => {
      board = new ScratchBoard({ ...joined, ...files }, { ...programs, ...at });
      const found = board.files();
      const checked = board.runScript(step, "check");
      expect([checked.status, checked.stdout]).toEqual([1, expect.stringMatching(what)]);
      expect(board.files()).toEqual(found);
      const { status, stdout, stderr, calls } = board.runScript(step);
      expect(stderr).toBe("");
      expect(status).toBe(0);
      expect(stdout).toMatch(what);
      expect(stdout).not.toContain(token);
      expect(board.read(pem)).toBe(joined["new.pem"]);
      expect(board.files()).not.toHaveProperty("etc/kubernetes/bootstrap-kubelet.conf");
      expect(calls.filter((call) => call.startsWith("kubeadm"))).toEqual([]);
      expect(board.runScript(step).stdout).toBe("join: changed nothing\n");
    },
  );

  it("leaves a certificate alone that holds", () => {
    board = new ScratchBoard(joined, programs);
    const { stdout, calls } = board.runScript(step);
    expect(stdout).toBe("join: changed nothing\n");
    expect(calls).not.toContain("systemctl restart kubelet");
  });
});

describe("a further control plane in its cluster", () => {
  it("has what renews its certificates renew the kubelet's", () => {
    const step = joinStep(layout, { ...worker, role: "controlPlane" }, admission);
    const renewal = `#!/bin/bash\ncp "$BRAMBLE_ROOT/new.pem" "$BRAMBLE_ROOT/${pem}"\n`;
    const files = { ...joined, "usr/local/lib/bramble/certificates.sh": renewal };
    board = new ScratchBoard(files, { ...programs, ...later });
    const { status, stderr } = board.runScript(step);
    expect([status, stderr]).toEqual([0, ""]);
    expect(board.read(pem)).toBe(joined["new.pem"]);
  });
});

describe("admission", () => {
  const step = admissionStep(leader, worker, admission);
  const run = (renewed: string) => {
    const kubectl = `case "$*" in
      *apply*) cat >"$ROOT/applied" ;;
      *kube-node-lease*) if [ -e "$ROOT/applied" ]; then date -u +%FT%TZ; else echo "${renewed}"; fi ;;
      *"get node"*) echo node/one ;;
    esac`;
    board = new ScratchBoard({ "var/lib/bramble/in-cluster": "" }, { kubectl, sleep: "" });
    return board.runScript(step, "apply", 20);
  };

  it("lets a node in again that has been silent, and ends when it is heard", () => {
    const { status, stdout } = run("2025-01-01T00:00:00.000000Z");
    expect([status, stdout]).toEqual([
      0,
      "admission: changed (one is not in the cluster, or its kubelet does not report)\n",
    ]);
    expect(board.read("applied")).toContain("bootstrap-token-abcdef");
  });

  it("gives no token to a node that is heard", () => {
    expect(run(new Date().toISOString()).stdout).toBe("admission: changed nothing\n");
    expect(board.read("applied")).toBeUndefined();
  });
});
