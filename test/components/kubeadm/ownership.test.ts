import { existsSync, utimesSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import type { ClusterNode } from "../../../components/kubeadm/clusterLayout.ts";
import { controlPlaneStep, joinStep, membershipStep } from "../../../components/kubeadm/clusterSteps.ts";
import { type Files, type Programs, ScratchBoard } from "../board/scratchBoard.ts";
import { certificateOf, fingerprintOf, kubeconfigOf, pairOf } from "./certificates.ts";
import { layout } from "./madeCluster.ts";

const [leader, worker] = layout.nodes as [ClusterNode, ClusterNode];
const ours = certificateOf("/CN=kubernetes");
const theirs = certificateOf("/CN=kubernetes");
const begun = { "var/lib/bramble/kubeadm-begun": "" };
const done = { ...begun, "var/lib/bramble/in-cluster": "" };

/** What `kubeadm init` leaves. */
const controlPlane: Files = {
  "etc/kubernetes/admin.conf": "theirs",
  "etc/kubernetes/kubelet.conf": "theirs",
  "etc/kubernetes/pki/ca.key": "theirs",
  "etc/kubernetes/manifests/etcd.yaml": "theirs",
  "var/lib/etcd/member/snap/db": "theirs",
};

/** A worker that is in the cluster. */
const joined = (authority = ours, name = "one"): Files => ({
  "etc/kubernetes/kubelet.conf": kubeconfigOf(authority),
  "var/lib/kubelet/config.yaml": "",
  "var/lib/kubelet/pki/kubelet-client-current.pem": pairOf(`/O=system:nodes/CN=system:node:${name}`),
  "var/lib/kubelet/kubeadm-flags.env": 'KUBELET_KUBEADM_ARGS="--node-ip=192.168.1.3 --v=2"\n',
});

const admission = {
  token: "abcdef.0123456789abcdef",
  certificateKey: "",
  period: "2026-1",
  caCertHash: "",
  authority: Buffer.from(ours).toString("base64"),
};
const programs: Programs = {
  sleep: "",
  // A test changes no firewall.
  ...Object.fromEntries(
    ["iptables", "ip6tables"]
      .flatMap((name) => [`${name}-save`, `${name}-restore`])
      .map((name) => [name, ""]),
  ),
  nft: "",
  ctr: "",
  kubeadm: "",
  kubectl: `case "$*" in *healthz*) echo ok ;; esac`,
};

let board: ScratchBoard;
afterEach(() => board.remove());

interface Circumstances {
  readonly verb?: "apply" | "remove";
  /** Hours that the first try lies back. */
  readonly begunHoursAgo?: number;
}

function run(
  script: string,
  files: Files,
  changes: Programs = {},
  { verb, begunHoursAgo }: Circumstances = {},
) {
  board = new ScratchBoard(files, { ...programs, ...changes });
  if (begunHoursAgo !== undefined) {
    const then = Date.now() / 1000 - begunHoursAgo * 3600;
    utimesSync(`${board.root}/var/lib/bramble/kubeadm-begun`, then, then);
  }
  const before = board.files();
  const result = board.runScript(script, verb, 30);
  const did = (program: string) => result.calls.filter((call) => call.startsWith(program));
  return { ...result, did, before, after: board.files() };
}

const init = controlPlaneStep(layout, leader, ["cp"]);
const join = (node = worker) => joinStep(layout, node, admission);

describe("a board with a cluster that bramble did not make", () => {
  it.each([
    ["as the control plane", init, controlPlane],
    ["as a worker", join(), controlPlane],
    ["with etcd's data alone", init, { "var/lib/etcd/member/snap/db": "theirs" }],
    ["that a worker of it is on", join(), joined(theirs)],
  ])("is not touched %s", (_, script, files) => {
    const { status, stderr, did, before, after } = run(script, files);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /has a Kubernetes cluster that bramble did not create: \S+.*\n {2}fix: .*sudo kubeadm reset/,
    );
    expect(did("kubeadm")).toEqual([]);
    expect(did("ctr")).toEqual([]);
    expect(Object.keys(after).filter((path) => !path.startsWith("etc/bramble/"))).toEqual(
      Object.keys(before),
    );
    expect(after["var/lib/etcd/member/snap/db"]).toBe(before["var/lib/etcd/member/snap/db"]);
  });

  it("is told from what bramble's own first try has left", () => {
    const { did, after } = run(init, { ...controlPlane, ...begun }, { kubeadm: `[ "$1" != init ]` });
    expect(did("kubeadm").map((call) => call.split(" ")[1])).toEqual(["reset", "init"]);
    expect(after["var/lib/etcd/member/snap/db"]).toBeUndefined();
  });

  it.each([
    ["as the control plane", init],
    ["as a worker", join()],
  ])("is told from it where it was made later, after that was given up, %s", (_, script) => {
    const tried = { ...controlPlane, ...begun };
    const { status, stderr, did, after } = run(script, tried, {}, { begunHoursAgo: 3 });
    expect(stderr).toMatch(/has a Kubernetes cluster that bramble did not create/);
    expect([status, did("kubeadm"), did("ctr")]).toEqual([1, [], []]);
    expect(after).toMatchObject(controlPlane);
    board.remove();
    const left = run(script, tried, {}, { verb: "remove", begunHoursAgo: 3 });
    expect([left.status, left.did("kubeadm")]).toEqual([0, []]);
    expect(left.after).toMatchObject(controlPlane);
  });

  it("is marked before the first change", () => {
    const { after } = run(
      init,
      {},
      { kubeadm: `[ -e "$ROOT/var/lib/bramble/kubeadm-begun" ] && echo >"$ROOT/marked"; exit 1` },
    );
    expect(after).toHaveProperty("marked");
  });
});

describe("a board that is in a cluster", () => {
  it("changes nothing if it is this one, under this name", () => {
    const { status, stdout, stderr } = run(join(), { ...done, ...joined() });
    expect(stderr).toBe("");
    expect(status).toBe(0);
    expect(stdout).toContain("join: changed nothing");
  });

  it("is refused if its kubelet trusts another authority", () => {
    const { status, stderr, did } = run(join(), { ...done, ...joined(theirs) });
    expect(status).toBe(1);
    expect(stderr).toMatch(/node of another cluster.*\n {2}fix: remove it from that cluster first/);
    expect(did("kubeadm")).toEqual([]);
  });

  it.each([
    ["a worker", join(), joined(theirs), done],
    [
      "the control plane",
      init,
      { ...controlPlane, "etc/kubernetes/pki/ca.crt": theirs },
      { ...done, "var/lib/bramble/in-cluster": fingerprintOf(ours) },
    ],
  ])(
    "keeps a cluster that its owner has made on it since, also when it leaves: %s",
    (_, script, theirFiles, marks) => {
      const refused = run(script, { ...theirFiles, ...marks });
      expect(refused.stderr).toMatch(/another cluster|it is not bramble's\n {2}fix: to keep that cluster/);
      expect([refused.status, refused.did("kubeadm")]).toEqual([1, []]);
      board.remove();
      const { status, stdout, did, after } = run(script, { ...theirFiles, ...marks }, {}, { verb: "remove" });
      expect([status, did("kubeadm")]).toEqual([0, []]);
      expect(stdout).toMatch(/is left unchanged/);
      expect(after).toMatchObject(theirFiles);
      expect(Object.keys(after).filter((path) => path.startsWith("var/lib/bramble/"))).toEqual([]);
    },
  );

  it("is reset when it leaves this one", () => {
    const { did } = run(join(), { ...done, ...joined() }, {}, { verb: "remove" });
    expect(did("kubeadm")).toEqual([expect.stringMatching(/^kubeadm reset --force/)]);
    board.remove();
    const own = {
      ...controlPlane,
      ...done,
      "etc/kubernetes/pki/ca.crt": ours,
      "var/lib/bramble/in-cluster": fingerprintOf(ours),
    };
    expect(run(init, own, {}, { verb: "remove" }).did("kubeadm")).toHaveLength(1);
  });

  it.each([
    ["is empty", ""],
    ["a power cut has damaged", "\0".repeat(64)],
  ])("notes the authority of its cluster where the mark %s, and changes nothing else", (_, mark) => {
    const programsDigest = /^PROGRAMS='(.*)'$/m.exec(init)![1]!;
    const kubectl = `case "$*" in *kubeadm-config*) echo "kubernetesVersion: v${layout.version}" ;; esac`;
    const files = { ...controlPlane, ...done, "etc/kubernetes/pki/ca.crt": ours };
    const { status, stdout, did } = run(
      init,
      { ...files, "var/lib/bramble/programs": programsDigest, "var/lib/bramble/in-cluster": mark },
      { kubectl },
    );
    expect([status, did("kubeadm")]).toEqual([0, []]);
    expect(stdout).toMatch(
      /^control-plane: changed \(\/etc\/bramble\/kubeadm\/kubeadm.yaml [^;]*; \S+ differs from the desired state\)\n$/m,
    );
    expect(board.read("var/lib/bramble/in-cluster")).toBe(fingerprintOf(ours));
  });

  it("is refused under another name than its node's", () => {
    const { status, stderr } = run(join(), { ...done, ...joined(ours, "kitchen") });
    expect(status).toBe(1);
    expect(stderr).toMatch(/is the node kitchen of its cluster, not one\n {2}fix: call it kitchen/);
  });

  it("takes its new address to the kubelet, as a worker", () => {
    const { status, did } = run(join({ ...worker, host: "192.168.1.57" }), { ...done, ...joined() });
    expect(status).toBe(0);
    expect(board.read("var/lib/kubelet/kubeadm-flags.env")).toBe(
      'KUBELET_KUBEADM_ARGS="--node-ip=192.168.1.57 --v=2"\n',
    );
    expect(did("systemctl restart kubelet")).toHaveLength(1);
  });

  it("joins again if the cluster says that it has forgotten the board, and only then", () => {
    const kubectl = (answer: string) => ({
      kubectl: `case "$*" in *healthz*) echo ok ;; *"get node"*) echo "${answer}" >&2; exit 1 ;; esac`,
    });
    const files = { ...done, ...joined() };
    const notFound = kubectl('Error from server (NotFound): nodes \\"one\\" not found');
    const long = run(join(), files, notFound, { begunHoursAgo: 2400 });
    expect(long.did("kubeadm").map((call) => call.split(" ")[1])).toEqual(["reset", "join"]);
    board.remove();
    // As an older bramble has left it.
    const { did } = run(join(), { "var/lib/bramble/in-cluster": "", ...joined() }, notFound);
    expect(did("kubeadm").map((call) => call.split(" ")[1])).toEqual(["reset", "join"]);
    board.remove();
    const other = run(join(), files, kubectl("Unable to connect to the server: dial tcp: i/o timeout"));
    expect(other.did("kubeadm")).toEqual([]);
    expect(other.status).toBe(0);
  });
});

describe("a board that has just joined", () => {
  it("is waited for until its kubelet has made its node", () => {
    const kubeadm = `if [ "$1" = join ]; then cp -r "$ROOT/joined/." "$ROOT/"; fi`;
    const kubectl = `case "$*" in
      *healthz*) echo ok ;;
      *"get node"*)
        echo >>"$ROOT/asked"
        if [ "$(wc -l <"$ROOT/asked")" -lt 20 ]; then echo "(NotFound)" >&2; exit 1; fi ;;
    esac`;
    const made = Object.fromEntries(Object.entries(joined()).map(([file, text]) => [`joined/${file}`, text]));
    const { status, stderr, did } = run(join(), made, { kubeadm, kubectl });
    expect([status, stderr]).toEqual([0, ""]);
    expect(did("kubeadm").map((call) => call.split(" ")[1])).toEqual(["join"]);
  });
});

describe("a control plane that leaves", () => {
  const etcd = (members: number, healthy: number) => ({
    ctr: `case "$*" in
      *"containers ls"*) echo etcd ;;
      *"tasks ls"*) echo "etcd 1 RUNNING" ;;
      *"member list"*) seq ${members} ;;
      *"endpoint health"*) for i in $(seq ${healthy}); do echo "https://10.0.0.$i:2379 is healthy: took = 9ms"; done; [ ${healthy} = ${members} ] ;;
      esac`,
  });
  const leave = (members: number, healthy: number) => {
    board = new ScratchBoard({ ...done, ...controlPlane }, { ...programs, ...etcd(members, healthy) });
    return board.runScript(init, "remove", 30);
  };

  it("stays while another one is down and etcd would lose its majority without it", () => {
    const { status, stderr, calls } = leave(3, 2);
    expect(stderr).toMatch(/only 2 of 3 etcd members are healthy.*\n {2}fix: start .* set dead: true/);
    expect([status, calls.filter((call) => call.startsWith("kubeadm"))]).toEqual([1, []]);
  });

  it.each([
    [3, 3],
    [2, 2],
    [1, 1],
    [5, 4],
    [0, 0],
  ])("goes from %i members of which %i are healthy", (members, healthy) => {
    const { status, calls } = leave(members, healthy);
    expect(status).toBe(0);
    expect(calls.filter((call) => call.startsWith("kubeadm"))).toHaveLength(1);
  });

  it("leaves what other networks have noted of their addresses", () => {
    const of = (network: string) => `var/lib/cni/networks/${network}/10.0.0.2`;
    board = new ScratchBoard({ ...done, [of("cbr0")]: "", [of("podman")]: "" }, programs);
    expect(board.runScript(init, "remove", 30).status).toBe(0);
    expect([board.read(of("cbr0")), board.read(of("podman"))]).toEqual([undefined, ""]);
  });

  it("leaves no folder of CNI's where there is no other network, and nothing that kubectl has kept", () => {
    const kept = "var/lib/bramble/kubectl/http/answer";
    board = new ScratchBoard({ ...done, "var/lib/cni/networks/cbr0/10.0.0.2": "", [kept]: "" }, programs);
    expect(board.runScript(init, "remove", 30).status).toBe(0);
    expect(existsSync(`${board.root}/var/lib/cni`)).toBe(false);
    expect(board.read(kept)).toBeUndefined();
  });

  it("does not join again, forgotten by hand, while another one is down", () => {
    const node = joinStep(layout, { ...leader, name: "one" }, admission);
    const forgotten = `case "$*" in *"get node"*) echo "(NotFound)" >&2; exit 1 ;; esac`;
    const { status, did } = run(node, { ...done, ...joined() }, { ...etcd(3, 2), kubectl: forgotten });
    expect([status, did("kubeadm"), board.read("var/lib/bramble/in-cluster")]).toEqual([1, [], ""]);
  });
});

describe("membership", () => {
  const step = (isDead = false) => membershipStep(leader, worker, isDead);
  const known = (key: string) => ({
    kubectl: `case "$*" in *host-key*) if ! [ -e "$ROOT/gone" ]; then echo ${key}; fi ;; *"delete node"*) : >"$ROOT/gone" ;; esac`,
  });
  const key = /HOST_KEY='(.*)'/.exec(step())![1]!;

  it.each([
    ["the same machine", step(), key, 0],
    ["another machine of its name", step(), "other", 1],
    ["a dead board", step(true), key, 1],
    ["a node that bramble has not put in service", step(true), "", 0],
  ])("of %s", (_, script, annotation, deletions) => {
    const { status, did } = run(script, done, known(annotation));
    expect(status).toBe(0);
    expect(did("kubectl").filter((call) => call.includes("delete node one"))).toHaveLength(deletions);
  });

  // Of the only control plane a new hostKey may be the same machine's, or a snapshot's annotation an old one's.
  it.each([["apply"], ["remove"]])("never forgets the board that it runs on (%s)", (verb) => {
    board = new ScratchBoard(done, { ...programs, ...known("other") });
    const { status, calls } = board.runScript(membershipStep(leader, leader, false), verb);
    expect([status, calls.filter((call) => /delete|remove/.test(call))]).toEqual([0, []]);
  });

  it.each([
    [
      "True",
      "",
      /the node one is still alive.*\n {2}fix: if it is the same machine .*host-key=\w{32}; .*turn the old/,
    ],
    ["False", "", /still alive/],
    ["Unknown", "membership: the node one belongs to a machine that was replaced\n", /^$/],
  ])("of another hostKey, Ready=%s", (ready, found, said) => {
    const kubectl = `case "$*" in *host-key*) echo other ;; *Ready*) echo ${ready} ;; esac`;
    board = new ScratchBoard(done, { ...programs, kubectl });
    const { status, stdout, stderr } = board.runScript(step(), "check");
    expect([status, stdout]).toEqual([1, found]);
    expect(stderr).toMatch(said);
  });

  it("asks nobody before there is a cluster", () => {
    const { status, did } = run(step(), {});
    expect([status, did("kubectl")]).toEqual([0, []]);
  });

  it("does not take a key's comment for another machine", () => {
    expect(membershipStep(leader, { ...worker, hostKey: `${worker.hostKey} root@one` }, false)).toBe(step());
  });
});
