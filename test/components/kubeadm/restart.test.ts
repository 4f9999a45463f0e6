import { afterEach, describe, expect, it } from "vitest";
import type { ClusterNode } from "../../../components/kubeadm/clusterLayout.ts";
import { drainStep, inServiceStep, restartStep } from "../../../components/kubeadm/clusterSteps.ts";
import { type Files, type Programs, ScratchBoard } from "../board/scratchBoard.ts";
import { layout } from "./madeCluster.ts";

const [leader, worker] = ["cp", "one"].map((name) => layout.nodes.find((node) => node.name === name)!) as [
  ClusterNode,
  ClusterNode,
];
const required: Files = { "run/reboot-required": "", "run/reboot-required.pkgs": "linux-image\nlibc6\n" };
const reporter = "usr/local/lib/bramble/reboot-due.sh";

let board: ScratchBoard;
afterEach(() => board.remove());
const run = (script: string, files: Files, kubectl: string, verb = "apply", programs: Programs = {}) => {
  board = new ScratchBoard(
    { "var/lib/bramble/in-cluster": "", "etc/kubernetes/kubelet.conf": "", ...files },
    { kubectl: `case "$*" in ${kubectl} esac`, sleep: "", ...programs },
  );
  const { status, stdout, stderr, calls } = board.runScript(script, verb, 30);
  return { status, stdout, stderr, did: (what: RegExp) => calls.filter((call) => what.test(call)) };
};

describe("drain", () => {
  const cluster = ({
    due = "2026-11-30T03:12:00Z linux-image",
    version = layout.version,
    others = "cp True",
  } = {}) =>
    `*"-o name"*) echo node/one ;; *unschedulable*) ;; *kubeletVersion*) echo v${version} ;;
     *reboot-due*) echo "${due}" ;; *bootID*) echo first-boot ;; *"get nodes"*) printf '%s\\n' "one True" "${others}" ;;`;

  it("empties a board whose system needs a reboot, and notes the boot that it had", () => {
    const { status, stderr, did } = run(drainStep(layout, leader, worker, true), {}, cluster());
    expect([status, stderr]).toEqual([0, ""]);
    expect(
      did(/drained-for| drain one|reboot-from/).map((call) => / (drain|bramble\/\S+)/.exec(call)?.[1]),
    ).toEqual(["bramble/drained-for=1.36.3", "drain", "bramble/reboot-from=first-boot"]);
  });

  it.each<[string, boolean, Parameters<typeof cluster>[0]]>([
    ["the settings do not want it", false, {}],
    ["no reboot is due", true, { due: "" }],
  ])("leaves a board alone where %s", (_, mayReboot, state) => {
    const { status, did } = run(drainStep(layout, leader, worker, mayReboot), {}, cluster(state));
    expect([status, did(/annotate|drain one/)]).toEqual([0, []]);
  });

  it("empties it once for another version and a reboot", () => {
    const { stdout, did } = run(drainStep(layout, leader, worker, true), {}, cluster({ version: "1.35.0" }));
    expect(stdout).toBe("drain: changed (the kubelet of one is v1.35.0, one needs a reboot)\n");
    expect(did(/ drain one/)).toHaveLength(1);
  });

  it("is not for a reboot where the settings do not want it, and yet for another version", () => {
    const { did } = run(drainStep(layout, leader, worker), {}, cluster({ version: "1.35.0" }));
    expect([did(/ drain one/).length, did(/reboot-from/)]).toEqual([1, []]);
  });

  it("is refused while another board is away", () => {
    const away = cluster({ others: "other Unknown" });
    const { status, stderr, did } = run(drainStep(layout, leader, worker, true), {}, away);
    expect(stderr).toMatch(
      /one needs a reboot, but is not rebooted while other boards are not Ready: other\n {2}fix: start/,
    );
    expect([status, did(/annotate|cordon| drain one/)]).toEqual([1, []]);
  });
});

describe("restart", () => {
  const drained = "*reboot-from*) echo first-boot ;;";
  const reboot = /systemd-run .*systemctl reboot/;

  it("reboots a board that was drained for it, with nothing being installed", () => {
    const { status, stderr, did } = run(restartStep(layout, worker, true), required, drained);
    expect([status, stderr]).toEqual([0, ""]);
    expect(
      did(/apt-get .* install$|stop apt-daily|systemctl reboot/).map((call) => call.split(" ")[0]),
    ).toEqual(["systemctl", "apt-get", "systemd-run"]);
    expect(board.read("var/lib/bramble/rebooted-from")).toBe("first-boot\n");
  });

  it.each<[string, string, Files]>([
    ["no reboot is due", drained, {}],
    ["it was not drained", "", { ...required, [reporter]: "" }],
    [
      "it was drained at an earlier boot",
      "*reboot-from*) echo another-boot ;;",
      { ...required, [reporter]: "" },
    ],
  ])("does nothing to a board where %s", (_, kubectl, files) => {
    const { status, stderr, did } = run(restartStep(layout, worker, true), files, kubectl);
    expect([status, stderr, did(reboot)]).toEqual([0, "", []]);
  });

  it("has the node told where nobody has said so before the drain", () => {
    const said = {
      ...required,
      [reporter]: 'echo "$1" >"$BRAMBLE_ROOT/said"\n',
      "run/bramble-reboot-due": "",
    };
    const { stdout } = run(restartStep(layout, worker, true), said, "");
    expect(stdout).toMatch(
      /^restart: a reboot is due for libc6, linux-image; the board was not drained for it. Run npm run drift/,
    );
    expect([board.read("said"), board.read("run/bramble-reboot-due")]).toEqual(["one\n", undefined]);
  });

  it("does not have in-service wait for a reboot that is no longer needed", () => {
    const { did } = run(restartStep(layout, worker, true), {}, drained);
    expect(did(/annotate node one bramble\/reboot-from-/)).toHaveLength(1);
  });

  it.each([
    [true, 1, /^restart: a reboot is due for libc6, linux-image\n$/],
    [false, 0, /^restart: a reboot is due for libc6, linux-image; reboot the board yourself, or see cluster/],
  ])("is found by a check, as drift if the next up reboots it (%s)", (mayReboot, expected, says) => {
    const { status, stdout, did } = run(restartStep(layout, worker, mayReboot), required, "", "check");
    expect([status, stdout]).toEqual([expected, expect.stringMatching(says)]);
    expect(did(/./)).toEqual([]);
  });

  it("reboots nothing by itself, and asks nobody, where the settings do not want it", () => {
    const { status, stdout, did } = run(restartStep(layout, worker), required, "*) exit 1 ;;");
    expect([status, did(/kubectl|systemd-run|systemctl/)]).toEqual([0, []]);
    expect(stdout).toContain("a reboot is due");
  });
});

describe("in-service, after a reboot", () => {
  /** What kubectl says of the node, in the order in which in-service asks. */
  const node = (boots: string, { from = "first-boot", cordoned = "1.36.3" } = {}) =>
    `*jsonpath={.metadata.name}*) printf '%s\\n' one v${layout.version} "Ready " {} "" \
         "$(sed -n "s/^HOST_KEY='\\(.*\\)'/\\1/p" "$ROOT/step")" "" "" \
         "$(if ! [ -e "$ROOT/uncordoned" ]; then echo "${cordoned}"; fi)" \
         "$(if ! [ -e "$ROOT/forgotten" ]; then echo ${from}; fi)" "$(${boots})" ;;
     *annotate*reboot-from-*) : >"$ROOT/forgotten" ;; *annotate*drained-for-*) : >"$ROOT/uncordoned" ;;`;
  const step = inServiceStep(layout, leader, worker, true);
  const files = { step };

  it("waits until the board reports another boot, and only then gives it pods", () => {
    const boots = `echo >>"$ROOT/asked"; if [ "$(wc -l <"$ROOT/asked")" -lt 5 ]; then echo first-boot; else echo second-boot; fi`;
    const { status, stderr, did } = run(step, files, node(boots));
    expect([status, stderr]).toEqual([0, ""]);
    const order = did(/bootID|uncordon|reboot-from-/).map(
      (call) => /bootID|uncordon|reboot-from-/.exec(call)?.[0],
    );
    expect(order.slice(0, 7)).toEqual([...Array<string>(5).fill("bootID"), "uncordon", "reboot-from-"]);
  });

  it("says that a board stays away, and leaves it without pods", () => {
    const { status, stderr, did } = run(step.replaceAll(" 900 ", " 0 "), files, node("echo first-boot"));
    expect(stderr).toMatch(
      /one is not back from its reboot; no other board is rebooted\n {2}fix: see its power/,
    );
    expect([status, did(/uncordon/)]).toEqual([1, []]);
  });

  it("leaves a board cordoned that was cordoned before, and forgets the reboot", () => {
    const { status, did } = run(step, files, node("echo second-boot", { cordoned: "" }));
    expect([status, did(/uncordon/), did(/reboot-from-/).length]).toEqual([0, [], 1]);
  });
});
