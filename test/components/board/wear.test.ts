import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { ScratchBoard } from "./scratchBoard.ts";

let board: ScratchBoard;
afterEach(() => board.remove());
const noFindmnt = spawnSync("findmnt", ["--version"]).error !== undefined;

/** What util-linux reads in the board's fstab, a line `TARGET OPTIONS` each. */
function read(): string {
  const path = join(board.root, "etc/fstab");
  const args = ["--tab-file", path, "--noheadings", "--raw", "--output", "TARGET,OPTIONS"];
  return spawnSync("findmnt", args, { encoding: "utf8" }).stdout;
}

describe("fstab", () => {
  it.for<[string, string, string]>([
    ["tabs and options", "LABEL=writable\t/\text4\tdefaults,discard\t0 1\n", "defaults,discard,noatime"],
    ["options and nothing behind", "LABEL=writable / ext4 rw", "rw,noatime"],
    ["relatime", "LABEL=writable / ext4 relatime,errors=remount-ro 0 1\n", "errors=remount-ro,noatime"],
    ["Windows' line ends", "LABEL=writable / ext4 defaults 0 1\r\n", "defaults,noatime"],
    ["strictatime, which somebody needs", "LABEL=writable / ext4 strictatime 0 1\n", "strictatime"],
    ["noatime", "LABEL=writable / ext4 noatime 0 1\n", "noatime"],
  ])(
    "says noatime of / for the real findmnt, and nothing else differs: %s",
    ([, line, options], { skip }) => {
      skip(noFindmnt, "findmnt is not on PATH");
      const rest =
        "# a comment / ext4 defaults\nUUID=1 /srv ext4 defaults 0 2\n\ntmpfs /tmp tmpfs size=1m 0 0\n";
      board = new ScratchBoard({ "etc/fstab": rest + line });
      const before = read();
      expect(board.run("wear", "apply")).toMatchObject({ status: 0, stderr: "" });
      expect(read()).toBe(before.replace(/^\/ .*$/m, `/ ${options}`));
      expect(board.read("etc/fstab")!.startsWith(rest)).toBe(true);
      expect(board.run("wear", "apply").stdout).toBe("wear: changed nothing\n");
    },
  );

  it("is left as it is where its line of / has no options, or is no line at all", () => {
    const text = "LABEL=writable / ext4\n/dev/sda1 /\n";
    board = new ScratchBoard({ "etc/fstab": text });
    expect(board.run("wear", "apply")).toMatchObject({ status: 0, stderr: "" });
    expect(board.read("etc/fstab")).toBe(text);
  });

  it("is refused and left as it is where a power cut has damaged it, by wear and by swap", () => {
    board = new ScratchBoard({ "etc/fstab": "" });
    const damaged = `UUID=1 / ext4 defaults 0 1\n/swap none swap sw 0 0\n${"\0".repeat(40)}`;
    writeFileSync(join(board.root, "etc/fstab"), damaged);
    for (const phase of ["wear", "swap"] as const) {
      const { status, stderr } = board.run(phase, "apply");
      expect(stderr).toMatch(/\/etc\/fstab was damaged by a power cut.*\n {2}fix: restore it/);
      expect(status).toBe(1);
    }
    expect(board.read("etc/fstab")).toBe(damaged);
  });
});

describe("the journal", () => {
  const ours = "etc/systemd/journald.conf.d/90-bramble.conf";

  it.for([
    ["etc/systemd/journald.conf", "SystemMaxUse=1G"],
    ["etc/systemd/journald.conf.d/10-mine.conf", "  SystemMaxUse = 1G"],
  ])("keeps as much as its owner has said in %s: %s", ([path = "", line]) => {
    board = new ScratchBoard({ [path]: `[Journal]\n${line}\n`, [ours]: "[Journal]\n" });
    expect(board.run("wear", "apply")).toMatchObject({ status: 0, stderr: "" });
    expect(board.read(ours)).toBeUndefined();
    expect(board.read(path)).toContain("1G");
  });

  const large = (hoursAgo?: number) => {
    const line =
      hoursAgo === undefined ? "" : `${Date.now() / 1000 - hoursAgo * 3600} pi systemd[1]: started`;
    board = new ScratchBoard({ "var/log/journal/0/system.journal": "" }, { journalctl: `echo "${line}"` });
    spawnSync("fallocate", ["-l", "70M", join(board.root, "var/log/journal/0/system.journal")]);
    expect(board.run("wear", "apply")).toMatchObject({ status: 0, stderr: "" });
  };

  it.each([[48], [undefined]])(
    "keeps what is there beyond the limit, which nobody has asked to delete, from %s hours ago",
    (hours) => {
      large(hours);
      expect(board.read(ours)).toBeUndefined();
      board.write({ [ours]: "[Journal]\n" });
      board.run("wear", "apply");
      expect(board.read(ours)).toMatch(/64M/);
    },
  );

  it("is small on a new card, whatever power cuts have made of it today", () => {
    large(3);
    expect(board.read(ours)).toMatch(/64M/);
  });

  it("is small where nobody has said how much it keeps", () => {
    board = new ScratchBoard({ "etc/systemd/journald.conf": "[Journal]\n#SystemMaxUse=\n" });
    board.run("wear", "apply");
    expect(board.read(ours)).toMatch(/^SystemMaxUse=64M$/m);
  });
});
