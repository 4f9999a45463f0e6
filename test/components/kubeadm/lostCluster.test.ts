// A control plane that finds itself outside its cluster: its card is new, and others may still have the cluster.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import type { ClusterNode } from "../../../components/kubeadm/clusterLayout.ts";
import { controlPlaneStep } from "../../../components/kubeadm/clusterSteps.ts";
import { type Bytes, type Programs, ScratchBoard } from "../board/scratchBoard.ts";
import { layout } from "./madeCluster.ts";

/** Where tests listen, and where nobody does. */
const [running, wiped, alsoWiped] = ["127.77.0.1", "127.77.0.2", "127.77.0.3"];
/** The stand-in for `timeout` says that nothing came from there. */
const silent = "192.0.2.1";
const kept = { "var/lib/bramble/snapshots/20260101T000000Z.tar": snapshot() };
const programs: Programs = {
  sleep: "",
  chown: "",
  ctr: `mkdir -p "$ROOT/var/lib/etcd/restored/member"`,
  kubeadm: `case "$*" in *"images list"*) echo registry.k8s.io/etcd:3 ;; init*) exit 1 ;; esac`,
  getent: `case $2 in wiped.lan) echo "${wiped} STREAM" ;; *.lan) exit 2 ;; *) exec /usr/bin/getent "$@" ;; esac`,
  timeout: `case "$*" in "5 bash"*/${silent}/*) exit 124 ;; *) exec /usr/bin/timeout "$@" ;; esac`,
};

let board: ScratchBoard;
afterEach(() => board.remove());

/** Addresses of the other boards by name; one that begins with `cp` is a control plane's. */
type Hosts = Readonly<Record<string, string>>;

interface Circumstances {
  /** Names of boards that are marked as dead. */
  readonly dead?: readonly string[];
  /** With what the board that stores snapshots answers: 3 if it has none, 255 if it is silent. */
  readonly store?: 3 | 255;
  readonly verb?: "apply" | "apply again";
  readonly files?: Bytes;
  readonly changes?: Programs;
  readonly enter?: readonly string[];
}

/** The leader of a cluster of which its own card has nothing. */
function begin(
  hosts: Hosts,
  { dead = [], store = 3, verb = "apply again", files = {}, changes, enter = [] }: Circumstances = {},
) {
  const [leader, worker] = layout.nodes as [ClusterNode, ClusterNode];
  const others = Object.entries(hosts).map(([name, host]) => {
    return { ...(name.startsWith("cp") ? leader : worker), name, host };
  });
  const order = ["cp", ...Object.keys(hosts)].filter((name) => !dead.includes(name));
  const script = controlPlaneStep({ ...layout, nodes: [leader, ...others] }, leader, order);
  board = new ScratchBoard({}, { ...programs, ssh: `exit ${store}`, ...changes });
  board.write(files);
  board.enter = enter;
  const before = Object.keys(board.files());
  const result = board.runScript(script, verb, 20);
  const did = result.calls
    .filter((call) => call.startsWith("kubeadm") && !call.includes("config images"))
    .map((call) => call.split(" ")[1]);
  const asked = result.calls.filter((call) => /^timeout 5 bash .*\/10250/.test(call));
  const added = Object.keys(board.files()).filter(
    (file) => !before.includes(file) && !file.startsWith("etc/bramble/"),
  );
  return { ...result, did, asked, added };
}

async function listenAt(host: string, port: number): Promise<void> {
  const server = createServer().listen(port, host);
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once("listening", resolve));
}

/** A tar file as the snapshot's script makes it, with nothing in it. */
function snapshot(): Buffer {
  const folder = mkdtempSync(path.join(tmpdir(), "snapshot-"));
  mkdirSync(path.join(folder, "pki"));
  writeFileSync(path.join(folder, "etcd.db"), "");
  execFileSync("tar", ["-cf", "snapshot.tar", "pki", "etcd.db"], { cwd: folder });
  const tar = readFileSync(path.join(folder, "snapshot.tar"));
  rmSync(folder, { recursive: true });
  return tar;
}

describe("begins an empty cluster", () => {
  it.each<[string, Hosts]>([
    ["the board that stores snapshots has none", { one: wiped, two: alsoWiped }],
    ["no board stores them", {}],
    ["a board is given by its name", { one: "wiped.lan" }],
    ["all control planes are new", { cp2: wiped, cp3: alsoWiped, one: "wiped.lan" }],
  ])("where no board has anything of the one before: %s", (_, hosts) => {
    const { did, stdout, stderr, asked } = begin(hosts);
    expect(did).toEqual(["init"]);
    expect(stdout + stderr).not.toMatch(/no snapshot is available|waiting/);
    expect(asked.every((call) => /\/127\.77\.0\.[23]\/10250/.test(call))).toBe(true);
  });

  it("once a board that restarts has come back without anything", () => {
    const timeout = `case "$*" in "5 bash"*/${silent}/*)
      echo >>"$ROOT/asked"
      if [ "$(wc -l <"$ROOT/asked")" -lt 5 ]; then exit 124; fi
      echo "bash: connect: Connection refused" >&2; exit 1 ;;
    *) exec /usr/bin/timeout "$@" ;; esac`;
    const { did, stdout } = begin({ one: wiped, two: silent }, { changes: { timeout } });
    expect(did).toEqual(["init"]);
    expect(stdout).toMatch(
      /^control-plane: no answer from two \(192\.0\.2\.1: timed out\); waiting for up to 3/m,
    );
  });

  it("without a board that is marked as dead", () => {
    const { did, asked } = begin({ cp2: silent, one: wiped, two: silent }, { dead: ["cp2", "two"] });
    expect(did).toEqual(["init"]);
    expect(asked.join("\n")).not.toContain(silent);
  });
});

describe("touches nothing", () => {
  const untouched = ({ status, did, added }: ReturnType<typeof begin>) => {
    expect([status, did, added]).toEqual([1, [], []]);
  };

  it("where a kubelet of the cluster runs, and no snapshot is available", async () => {
    await listenAt(running, 10250);
    const result = begin({ one: running, two: wiped });
    untouched(result);
    expect(result.stderr).toMatch(
      /no snapshot is available, while .* a kubelet runs on one\n {2}fix: copy a snapshot to/,
    );
  });

  it("where boards that may have a part of it do not answer, and no snapshot is available", async () => {
    await listenAt(running, 10250);
    const result = begin({ one: silent, two: "nowhere.lan", three: wiped, four: running });
    untouched(result);
    expect(result.stderr).toMatch(
      /part of the cluster: no answer from one \(192\.0\.2\.1: timed out\), no answer from two \(nowhere\.lan: the name can't be resolved\), a kubelet runs on four\n {2}fix: switch on .* run pulumi up again, or set dead: true for each/,
    );
    expect(result.stderr).not.toContain("three");
  });

  it("where the board that stores snapshots does not answer", () => {
    const off = begin({ one: silent }, { store: 255 });
    untouched(off);
    expect(off.stderr).toMatch(
      /no snapshot is available, while .* no answer from one .*\n {2}fix: switch on/,
    );
    board.remove();
    const refuses = begin({ one: wiped }, { store: 255 });
    untouched(refuses);
    expect(refuses.stderr).toMatch(/no snapshot is available\n {2}fix: copy a snapshot to/);
  });

  it.each([
    ["does not answer", silent, /no answer from cp2 \(192\.0\.2\.1: timed out\)/],
    ["runs a kubelet, but no API server", running, /a kubelet runs on cp2/],
  ])("beside another control plane that %s, even with a snapshot", async (_, cp2, says) => {
    await listenAt(running, 10250);
    const result = begin({ cp2, cp3: wiped, one: silent }, { files: kept });
    untouched(result);
    expect(result.stderr).toMatch(says);
    expect(result.stderr).toMatch(
      /other control planes may have .*\n {2}fix: start them and run .* dead: true/,
    );
    expect(result.stderr).not.toMatch(/cp3|\bone\b/);
  });

  it.each(["apply", "apply again"] as const)("beside a control plane that answers: %s", async (verb) => {
    await listenAt(running, 6443);
    const result = begin({ cp2: running, one: silent }, { verb, files: kept });
    untouched(result);
    expect(result.stderr).toMatch(/cp2 is running as a control plane of it\n {2}fix: set dead: true for cp/);
    expect(result.asked).toEqual([]);
  });

  it("that bramble did not make, whatever others say", () => {
    const theirs = { "var/lib/etcd/member/snap/db": Buffer.from("theirs") };
    const result = begin({ one: silent }, { files: theirs });
    untouched(result);
    expect(result.stderr).toMatch(/has a Kubernetes cluster that bramble did not create/);
    expect(result.asked).toEqual([]);
  });
});

it("restores the only control plane from a snapshot without asking a worker, which may be off", () => {
  const { did, asked } = begin({ one: silent, two: silent }, { files: kept });
  expect([did, asked]).toEqual([["init"], []]);
  expect(existsSync(`${board.root}/var/lib/etcd/member`)).toBe(true);
});

it("asks nobody where no cluster was made before", () => {
  const { did, asked } = begin({ cp2: silent, one: silent }, { verb: "apply" });
  expect([did, asked]).toEqual([["init"], []]);
});

describe("boards in a network that swallows packets", () => {
  const enter = ["unshare", "-rn", "bash", fileURLToPath(new URL("programs/blackHole.sh", import.meta.url))];
  const noNetwork = spawnSync(enter[0]!, [...enter.slice(1), "true"]).status !== 0;

  it("are asked all at once", ({ skip }) => {
    skip(noNetwork, "no network namespace can be made here");
    // The first time for one second, in which twenty do not fit one after the other; then it is known.
    const timeout = `case "$*" in "5 bash"*/10.0.0.*)
      if [ -e "$ROOT/slept" ]; then exit 124; fi
      exec /usr/bin/timeout 1 "\${@:2}" ;;
    *) exec /usr/bin/timeout "$@" ;; esac`;
    const sleep = `: >"$ROOT/slept"`;
    const off = Array.from({ length: 20 }, (_, i) => [`off${i}`, `10.0.0.${i + 2}`] as const);
    const hosts = { ...Object.fromEntries(off), away: "10.9.9.9", wiped: "127.0.0.1" };
    const { status, stderr, did, calls, asked } = begin(hosts, { changes: { timeout, sleep }, enter });
    expect([status, did]).toEqual([1, []]);
    for (const [name, host] of off) expect(stderr).toContain(`no answer from ${name} (${host}: timed out)`);
    expect(stderr).toContain("no answer from away (10.9.9.9: No route to host)");
    expect(stderr).not.toContain("wiped");
    // Twelve times, ten seconds apart.
    expect(calls.filter((call) => call === "sleep 10")).toHaveLength(11);
    expect(asked).toHaveLength(12 * 22);
  });
});
