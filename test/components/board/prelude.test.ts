import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { stepScript } from "../../../components/board/phases.ts";
import { type Files, type Programs, ScratchBoard } from "./scratchBoard.ts";

let board: ScratchBoard;
afterEach(() => board.remove());
const boardOf = (files: Files = {}, programs: Programs = {}) => (board = new ScratchBoard(files, programs));

/** Runs shell as a phase's list of its desired state. */
const phaseOf = (list: string, more = "") =>
  `${stepScript("pi3-1", "trial", {}, [])}\n${more}\ndesired_state() {\n${list}\n}\nremove() { :; }\nphase "$@"\n`;
const run = (list: string, more?: string) => board.runScript(phaseOf(list, more));

describe("what is noted", () => {
  it.each([
    ["the first", undefined, "a\nb\n"],
    ["behind a line that a power cut has torn", "old\nan", "old\nan\na\nb\n"],
    ["behind what it has left of one", "old\n\0\0\0", "old\na\nb\n"],
    ["once", "b\n", "b\na\n"],
  ])("is a line of its own: %s", (_, before, after) => {
    boardOf(before === undefined ? {} : { "var/lib/bramble/list": before });
    expect(run('note "$STATE/list" a b')).toMatchObject({ status: 0, stderr: "" });
    expect(board.read("var/lib/bramble/list")).toBe(after);
  });
});

describe("a command that fails without words of its own", () => {
  it.for<[string, string, RegExp]>([
    [
      "a plain one",
      "false",
      /^board pi3-1, phase trial: `false` failed with status 1\n {2}fix: run it by hand on the board/,
    ],
    [
      "one whose output was kept",
      "quietly ls /nowhere",
      /^tried: ls \/nowhere\n.*No such file.*\nboard .*: `ls \/nowhere` failed with status 2\n {2}fix: /,
    ],
    [
      "one in a subshell, the cause first",
      "local x; x=$(false; true | cat; ls /nowhere 2>/dev/null); echo $x",
      /^`false` failed with status 1\n`ls .*` failed with status 2\nboard .*: `x=\$\(.*` failed with status 2\n {2}fix: /,
    ],
    [
      "one that has words, in a subshell: nothing is added",
      'local x; x=$(fail "it is blue" "paint it"); echo $x',
      /^board .*: it is blue\n {2}fix: paint it\n$/,
    ],
  ])("ends with cause and fix: %s", ([, list, message]) => {
    boardOf();
    const { status, stderr } = run(list);
    expect(stderr).toMatch(message);
    expect(stderr.match(/fix:/g)).toHaveLength(1);
    expect(status).toBe(1);
  });

  it("says nothing where it was reckoned with", () => {
    boardOf();
    expect(
      run('local x; x=$(false; echo y); [ "$x" = y ]; while read -r x; do :; done < <(false)'),
    ).toMatchObject({
      status: 0,
      stderr: "",
    });
  });
});

/** Runs a phase where PATH of the board is a file system of its own, made by OPTIONS and SETUP. */
function onFileSystem(path: string, options: string, setUp: string, list: string) {
  const script = `mkdir -p "$BRAMBLE_ROOT${path}" && mount -t tmpfs -o ${options} card "$BRAMBLE_ROOT${path}" && cd "$BRAMBLE_ROOT${path}" && { ${setUp} ; } && cd / && exec bash -s -- apply`;
  const { status, stderr } = spawnSync("unshare", ["-rm", "bash", "-c", script], {
    input: phaseOf(list),
    env: { ...process.env, ...board.environment, PATH: process.env.PATH },
    encoding: "utf8",
  });
  return { status, stderr: stderr.replaceAll(board.root, "") };
}
const noNamespaces = spawnSync("unshare", ["-rm", "true"]).status !== 0 && "no user namespaces here";

describe("a file system that takes no writes", () => {
  it.for<[string, string, string, string, RegExp]>([
    [
      "read-only, where a file is written",
      "/boot/firmware",
      "size=1m",
      'echo a >cmdline.txt; mount -o remount,ro "$PWD"',
      /cmdline\.txt can't be written: \/boot\/firmware is mounted read-only \(tmpfs on card\)\n {2}fix: check dmesg.*remount,rw.*; then run pulumi up again/,
    ],
    [
      "full, where a file is written",
      "/boot/firmware",
      "size=8k",
      "echo a >cmdline.txt; cat /dev/zero >full 2>/dev/null || true",
      /cmdline\.txt can't be written: \/boot\/firmware is full\n {2}fix: free some space/,
    ],
    [
      "out of inodes, where a file is written",
      "/boot/firmware",
      "size=1m,nr_inodes=2",
      "echo a >cmdline.txt",
      /cmdline\.txt can't be written: \/boot\/firmware is full\n/,
    ],
    [
      "read-only, where any other command fails",
      "/etc",
      "size=1m",
      'echo a >fstab; mount -o remount,ro "$PWD"',
      /`touch .*` failed with status 1\nboard .*: \/etc is mounted read-only.*\n {2}fix: /,
    ],
  ])(
    "is named with the way out, and nothing half written is left: %s",
    ([, path, options, setUp, message], { skip }) => {
      skip(noNamespaces !== false, String(noNamespaces));
      boardOf();
      const list =
        path === "/etc"
          ? 'touch "$ROOT/etc/new"'
          : "echo b | file /boot/firmware/cmdline.txt; ls $ROOT/boot/firmware";
      const { status, stderr } = onFileSystem(path, options, setUp, list);
      expect(stderr).toMatch(message);
      expect(status).toBe(1);
    },
  );
});

describe("somebody else's file that is edited", () => {
  const block = "edited /etc/hosts with_block '192.168.1.10 pi4-1'";
  const ours = "# bramble: begin\n192.168.1.10 pi4-1\n# bramble: end\n";

  it.for([
    ["without an end of its last line", "127.0.0.1 localhost", `127.0.0.1 localhost\n${ours}`],
    ["with Windows' line ends", "127.0.0.1 localhost\r\n", `127.0.0.1 localhost\r\n${ours}`],
    ["with an older block in the middle", `a\n${ours.replace("10", "9")}b\n`, `a\nb\n${ours}`],
    [
      "with a block that an editor has given other line ends",
      `a\r\n${ours.replaceAll("\n", "\r\n")}`,
      `a\r\n${ours}`,
    ],
  ])("is the same but for bramble's lines, twice: %s", ([, before = "", after = ""]) => {
    boardOf({ "etc/hosts": before });
    expect(run(block)).toMatchObject({ status: 0, stderr: "" });
    expect(board.read("etc/hosts")).toBe(after);
    expect(run(block).stdout).toBe("trial: changed nothing\n");
  });

  it("is left as it is where the end of bramble's lines was lost: what follows may be the owner's", () => {
    const cut = "a\n# bramble: begin\n192.168.1.9 pi4-1\n10.0.0.1 nas\n";
    boardOf({ "etc/hosts": cut });
    const { status, stderr } = run(block);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^4a5,7\n> # bramble: begin[^]*remove lines of \/etc\/hosts that bramble did not write.*\n {2}fix: make the change/,
    );
    expect(board.read("etc/hosts")).toBe(cut);
  });

  it.for([
    ["loses a line", "grep -v -e nas -e new; echo new", "without_trial() { grep -v new; }"],
    ["is not content with its own result", "cat; echo new", "without_trial() { grep -v new; }"],
  ])("is left as it is by a filter that %s", ([, filter = "", back = ""]) => {
    boardOf({ "etc/hosts": "a\n10.0.0.1 nas\n" });
    const { status, stderr } = run("edited /etc/hosts with_trial", `with_trial() { ${filter}; }\n${back}`);
    expect(stderr).toMatch(/would remove lines of \/etc\/hosts that bramble did not write/);
    expect(status).toBe(1);
    expect(board.read("etc/hosts")).toBe("a\n10.0.0.1 nas\n");
  });

  it("stays a link where it is one", () => {
    boardOf({ "etc/hosts": "-> ../data/hosts", "data/hosts": "a\n" });
    run(block);
    expect(board.read("etc/hosts")).toBe("-> ../data/hosts");
    expect(board.read("data/hosts")).toBe(`a\n${ours}`);
  });
});

describe("a file of bramble's own that a power cut has damaged", () => {
  it("is kept with the time, said and made anew", () => {
    boardOf({ "etc/sysctl.d/99-z-bramble.conf": "net\0\0\0" });
    const { status, stdout } = run("echo 'a = 1' | file /etc/sysctl.d/99-z-bramble.conf");
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /was damaged by a power cut: it contains NUL or 0xff bytes; the damaged (\S+) is kept as \1\.bramble-\d{8}T\d{6}Z\.bak\)\n/,
    );
    expect(board.read("etc/sysctl.d/99-z-bramble.conf")).toBe("a = 1\n");
    const kept = Object.keys(board.files()).find((path) => path.endsWith(".bak"))!;
    expect(readFileSync(`${board.root}/${kept}`, "utf8")).toBe("net\0\0\0");
  });
});
