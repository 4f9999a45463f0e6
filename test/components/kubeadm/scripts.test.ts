import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ClusterNode } from "../../../components/kubeadm/clusterLayout.ts";
import {
  admissionStep,
  drainStep,
  inServiceStep,
  joinStep,
  kubeletStep,
  maintenanceStep,
  membershipStep,
} from "../../../components/kubeadm/clusterSteps.ts";
import { ScratchBoard } from "../board/scratchBoard.ts";
import { layout } from "./madeCluster.ts";

const [leader, worker] = ["cp", "one"].map((board) => layout.nodes.find(({ name }) => name === board)!) as [
  ClusterNode,
  ClusterNode,
];
let board: ScratchBoard;
let says: string;
/** A call of kubectl without what all calls have. */
const changeOf = (call: string) => call.replace(/^kubectl --kubeconfig \S+ --request-timeout=\S+ /, "");
const kubectl = (cases: string) => {
  board = new ScratchBoard(
    { "var/lib/bramble/in-cluster": "" },
    { kubectl: `case "$*" in ${cases} esac`, sleep: "" },
  );
};

beforeEach(() => (says = ""));
afterEach(() => {
  board.remove();
});

describe("admission", () => {
  const admission = admissionStep(leader, worker, {
    token: "abcdef.0123456789abcdef",
    certificateKey: "1".repeat(64),
    period: "2026-1",
  });
  const run = () => {
    const { status, stderr, calls } = board.runScript(admission, "apply", 20);
    says = stderr;
    return { status, calls };
  };

  it("ends when the board says that its join has failed, and takes the token back", () => {
    kubectl(`*apply*) cat >/dev/null ;; *"get lease"*) echo "failed 2026-01-01T00:00:00Z" ;;`);
    const { status, calls } = run();
    expect(status).toBe(1);
    expect(says).toMatch(/one failed to join\n.*fix: see the error of its step join/);
    expect(calls.at(-1)).toMatch(/delete --ignore-not-found secret\/bootstrap-token-abcdef/);
  });

  it("lets the board say how it gets on, and nothing else of bramble's", () => {
    kubectl(`*apply*) cat >"$ROOT/applied" ;; *"get lease"*) echo failed ;;`);
    run();
    const applied = board.read("applied") ?? "";
    expect(applied).toContain("resourceNames: [bramble-join-one], verbs: [get, patch]");
    expect(applied).toContain('name: "system:bootstrap:abcdef"');
    expect(says).not.toContain("0123456789abcdef");
  });
});

describe("join", () => {
  it("begins without what a power cut has left: etcd's data, and images that may be half written", () => {
    const kubeadm = `case $1 in join) find "$ROOT/var/lib/etcd" -mindepth 1 >"$ROOT/left"; exit 1 ;; esac`;
    const ctr = `case "$*" in *"images ls"*) echo registry.k8s.io/etcd:3 ;; esac`;
    board = new ScratchBoard(
      { "var/lib/etcd/member/wal/0.tmp": "", "var/lib/bramble/kubeadm-begun": "" },
      { kubeadm, ctr, kubectl: "", sleep: "" },
    );
    const admission = {
      token: "abcdef.0123456789abcdef",
      certificateKey: "",
      caCertHash: "",
      authority: "",
      period: "2026-1",
    };
    const { stderr, calls } = board.runScript(joinStep(layout, worker, admission), "apply", 20);
    expect(calls.find((call) => call.startsWith("kubeadm"))).toMatch(/^kubeadm reset --force/);
    expect(calls).toContain("ctr -n k8s.io images rm --sync registry.k8s.io/etcd:3");
    expect(board.read("left")).toBe("");
    expect(stderr).toMatch(/kubeadm join failed/);
    expect(
      calls.filter((call) => /^kubectl .*patch lease bramble-join-one .*"failed"/.test(call)),
    ).toHaveLength(1);
  });
});

describe("drain", () => {
  it.each([
    ["takes note of the board that it empties", "", 1],
    ["leaves a board cordoned that somebody else has cordoned", "true", 0],
  ])("%s", (_, cordoned, notes) => {
    kubectl(
      `*"-o name"*) echo node/one ;; *unschedulable*) echo ${cordoned} ;; *kubeletVersion*) echo v1.35.0 ;;`,
    );
    const { status, calls } = board.runScript(drainStep(layout, leader, worker), "apply", 20);
    expect(status).toBe(0);
    expect(calls.filter((call) => call.includes(" drain one "))).toHaveLength(1);
    expect(calls.filter((call) => call.includes("bramble/drained-for"))).toHaveLength(notes);
  });

  it.each([
    ["an upgrade", drainStep(layout, leader, worker), "apply"],
    ["its removal", inServiceStep(layout, leader, worker), "remove"],
  ])("leaves a pod that nobody would start again, before %s", (_, step, verb) => {
    const says =
      "error: cannot delete Pods that declare no controller (use --force to override): default/mine";
    kubectl(
      `*"-o name"*) echo node/one ;; *kubeletVersion*) echo v1.35.0 ;; *Ready*) echo True ;; *drain*--force*) ;; *" drain "*) echo "${says}" >&2; exit 1 ;;`,
    );
    const { status, stderr } = board.runScript(step, verb, 20);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /default\/mine\n.*one has pods without a controller, which would not start elsewhere\n {2}fix: delete/,
    );
  });
});

/** What kubectl says of a node that is as it is to be, in the order in which in-service asks; as lines for `printf`. */
const nodeSays = (given: Readonly<Record<string, string>> = {}) => {
  const node = {
    name: "one",
    version: `v${layout.version}`,
    conditions: "Ready ",
    labels: `{"room":"cellar"}`,
    taints: "",
    hostKey: "",
    ownLabels: "",
    ownTaints: "",
    drainedFor: "",
    ...given,
  };
  return `*jsonpath={.metadata.name}*) printf '%s\\n' ${Object.values(node)
    .map((line) => `'${line}'`)
    .join(" ")} ;;`;
};

describe("in-service", () => {
  const step = inServiceStep(layout, leader, worker);
  const check = (given: Readonly<Record<string, string>>) => {
    kubectl(nodeSays(given));
    return board.runScript(step, "check").stdout;
  };

  it("does not take a board for ready that takes no pods", () => {
    expect(check({ conditions: "DiskPressure Ready " })).toMatch(
      /^in-service: one reports DiskPressure and accepts no pods \(fix: for DiskPressure, free space in \/var\/lib\/containerd/m,
    );
    board.remove();
    expect(check({})).not.toMatch(/accepts no pods|is not Ready/);
  });

  it.each([
    ["is not ready", { conditions: "" }],
    ["has another kubelet", { version: "v1.35.0" }],
  ])("sees that a board %s", (_, given) => {
    expect(check(given)).toContain(`one is not Ready with kubelet ${layout.version}`);
  });

  it("says that a board is not in the cluster", () => {
    kubectl("");
    expect(board.runScript(step, "check").stdout).toContain("one is not in the cluster");
  });

  const labelled = inServiceStep(layout, leader, {
    ...worker,
    labels: { room: "attic", disk: "ssd" },
    taints: [{ key: "only", value: "git", effect: "NoSchedule" }],
  });

  it("sets labels and taints, and takes away only what it has set", () => {
    kubectl(
      nodeSays({
        labels: `{"old":"1","mine":"2","room":"cellar","xdisk":"ssd"}`,
        taints: "old=:NoSchedule mine=1:NoExecute ",
        ownLabels: "old room",
        ownTaints: "old:NoSchedule",
        drainedFor: "1.35.0",
      }),
    );
    const { calls } = board.runScript(labelled, "apply", 20);
    expect(calls.filter((call) => / (label|taint|uncordon|annotate) /.test(call)).map(changeOf)).toEqual([
      "label node one --overwrite old- room=attic disk=ssd",
      expect.stringMatching(
        /^annotate node one --overwrite bramble\/labels=room disk bramble\/host-key=\w{32}$/,
      ),
      "taint node one --overwrite old:NoSchedule- only=git:NoSchedule",
      "annotate node one --overwrite bramble/taints=only:NoSchedule",
      "uncordon one",
      "annotate node one bramble/drained-for-",
    ]);
    // Looked at once, and once more while it is waited for; and the same to see that all is well.
    expect(calls.filter((call) => call.includes(" get ")).length).toBeLessThanOrEqual(4);
  });

  it.each([
    ["label", { labels: `{"old":"1"}`, ownLabels: "old" }, "label node one --overwrite old-"],
    [
      "taint",
      { taints: "old=:NoSchedule ", ownTaints: "old:NoSchedule" },
      "taint node one --overwrite old:NoSchedule-",
    ],
  ])("takes away the last %s that it has set", (_, given, change) => {
    const [, hostKey = ""] = /^HOST_KEY='?(\w+)/m.exec(step) ?? [];
    kubectl(nodeSays({ hostKey, ...given }));
    const { calls } = board.runScript(step, "apply", 20);
    expect(calls.map(changeOf)).toContain(change);
  });

  it("changes nothing where all is as it is to be", () => {
    kubectl(nodeSays({}));
    const { calls: first } = board.runScript(labelled, "apply", 20);
    const key = /host-key=(\w+)/.exec(first.join("\n"))?.[1] ?? "";
    board.remove();
    kubectl(
      nodeSays({
        labels: `{"disk":"ssd","mine":"2","room":"attic"}`,
        taints: "mine=:NoExecute only=git:NoSchedule ",
        hostKey: key,
        ownLabels: "room disk",
        ownTaints: "only:NoSchedule",
      }),
    );
    const { status, stdout, calls } = board.runScript(labelled, "apply", 20);
    expect([status, stdout]).toEqual([0, "in-service: changed nothing\n"]);
    expect(calls.filter((call) => !call.includes(" get node one "))).toEqual([]);
  });
});

describe("an API server that is started again meanwhile", () => {
  const refused = (what: string) =>
    `${what}) cat >/dev/null; echo x >>"$ROOT/tries"; if [ "$(wc -l <"$ROOT/tries")" -lt 3 ]; then echo refused >&2; exit 1; fi ;;`;
  const tries = () => board.read("tries")?.trim().split("\n").length;

  it("gets labels and taints all the same", () => {
    kubectl(`${nodeSays()} ${refused("*annotate*labels*")}`);
    const { stderr } = board.runScript(inServiceStep(layout, leader, worker), "apply", 20);
    expect(tries()).toBe(3);
    expect(stderr).not.toMatch(/refused|failed with status/);
  });

  it("is asked again for the machine of a node", () => {
    kubectl(refused("*host-key*"));
    const { status, stderr } = board.runScript(membershipStep(leader, worker, false), "apply", 20);
    // The third answers, and it is asked once more to see that all is well.
    expect([status, tries(), stderr]).toEqual([0, 4, ""]);
  });

  it("lets a board in all the same", () => {
    kubectl(`${refused("*--force-conflicts*")} *"get lease"*) echo failed ;;`);
    const admission = { token: "abcdef.0123456789abcdef", certificateKey: "", period: "2026-1" };
    const { stderr } = board.runScript(admissionStep(leader, worker, admission), "apply", 20);
    expect(tries()).toBe(3);
    expect(stderr).toMatch(/one failed to join/);
    expect(stderr).not.toContain("refused");
  });
});

describe("an API server that never answers", () => {
  it.each([
    ["drained", drainStep(layout, leader, worker)],
    ["forgotten", membershipStep(leader, worker, false)],
  ])("does not make a board count as %s", (_, step) => {
    kubectl(`*) echo "connection refused" >&2; exit 1 ;;`);
    const { status, stderr, calls } = board.runScript(step, "apply", 60);
    expect(status).toBe(1);
    expect(stderr).toContain("connection refused");
    const reads = calls.filter((call) => call.startsWith("kubectl "));
    expect(reads).toHaveLength(20);
    expect(reads.filter((call) => !call.includes(" get node "))).toEqual([]);
  });

  it("does not keep its boards from being removed", () => {
    kubectl(`*) echo "connection refused" >&2; exit 1 ;;`);
    const { status, calls } = board.runScript(inServiceStep(layout, leader, worker), "remove", 60);
    expect(status).toBe(0);
    expect(calls.filter((call) => call.includes("/readyz"))).toHaveLength(20);
    expect(calls.filter((call) => /drain|cordon|get node/.test(call))).toEqual([]);
  });

  it("is asked once by a check", () => {
    kubectl(`*) echo "connection refused" >&2; exit 1 ;;`);
    const { status, calls } = board.runScript(membershipStep(leader, worker, false), "check", 20);
    expect([status, calls.filter((call) => call.includes("get node"))]).toEqual([1, [expect.anything()]]);
  });
});

describe("in-service, removed", () => {
  it("does not wait for the pods of a board that turns out not to answer", () => {
    kubectl(`*"-o name"*) echo node/one ;;
      *jsonpath*) if [ -e "$ROOT/drained" ]; then echo Unknown; else echo True; fi ;;
      *" drain "*) echo >"$ROOT/drained"; exit 1 ;;`);
    const { status, calls } = board.runScript(inServiceStep(layout, leader, worker), "remove", 20);
    expect(status).toBe(0);
    expect(calls.filter((call) => call.includes("bramble/drained-for"))).toHaveLength(1);
    expect(calls.filter((call) => call.includes(" drain one "))).toHaveLength(1);
  });
});

describe("a check of what was changed by hand on a board", () => {
  const patch = "etc/bramble/kubeadm/patches/kubeletconfiguration0+merge.yaml";
  const timer = "etc/systemd/system/bramble-snapshot.timer";
  const snapshot = { "var/lib/bramble/snapshots/20260101T000000Z.tar": "" };

  it.for([
    [
      "the kubelet's patch",
      kubeletStep(layout, worker),
      patch,
      `kubelet: /${patch} differs from the desired state`,
    ],
    [
      "the timer of snapshots",
      maintenanceStep(leader, undefined),
      timer,
      `/${timer} differs from the desired state`,
    ],
  ] as const)("finds %s, and only reads", ([, step, path, says]) => {
    const systemctl = `case "$*" in *is-failed*) exit 1 ;; esac`;
    board = new ScratchBoard(snapshot, { systemctl, kubectl: "echo ok", kubeadm: "", sleep: "" });
    expect(board.runScript(step)).toMatchObject({ status: 0, stderr: "" });
    board.write({ "var/lib/bramble/in-cluster": "" });
    expect(board.runScript(step, "check")).toMatchObject({ status: 0, stdout: "" });
    board.write({ [path]: `${board.read(path)}# mine\n` });
    const found = board.files();
    const { status, stdout } = board.runScript(step, "check");
    expect([status, stdout]).toEqual([1, expect.stringContaining(says)]);
    expect(board.files()).toEqual(found);
  });
});
