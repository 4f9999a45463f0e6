import { afterEach, describe, expect, it } from "vitest";
import { ScratchBoard } from "./scratchBoard.ts";
import { systems } from "./systems.ts";

const edits = ["host", "wear", "kernel", "swap"] as const;
let board: ScratchBoard;
afterEach(() => board.remove());

// What a board gets back of its time zone when it leaves.
const zone = ["etc/localtime", "etc/timezone"];

describe.for(Object.entries(systems))("%s", ([, { before, after }]) => {
  it("is brought to the promised files, and by a second time to no others", () => {
    board = new ScratchBoard(before);
    const untouched = board.files();
    const found = edits.map((phase) => board.run(phase, "check"));
    expect(found.map(({ status }) => status)).toContain(1);
    expect(board.files()).toEqual(untouched);
    for (const phase of edits) {
      expect(board.run(phase, "apply")).toMatchObject({ status: 0, stderr: "" });
    }
    const kept = zone.filter((path) => before[path] && before[path] !== (after[path] ?? before[path]));
    const ofZone = Object.fromEntries(kept.map((path) => [`var/lib/bramble/before/${path}`, before[path]!]));
    const expected = Object.entries({ ...untouched, ...after, ...ofZone }).filter(
      ([path]) => path !== "var/swap",
    );
    expect(board.files()).toEqual(Object.fromEntries(expected));
    for (const phase of edits) {
      expect(board.run(phase, "apply")).toEqual({
        status: 0,
        stdout: `${phase}: changed nothing\n`,
        stderr: "",
        calls: [],
      });
      expect(board.run(phase, "check")).toMatchObject({ status: 0, stdout: "" });
    }
    expect(board.files()).toEqual(Object.fromEntries(expected));
  });

  it("gets back its own swap, time zone and files when the board leaves", () => {
    board = new ScratchBoard(before);
    for (const phase of edits) board.run(phase, "apply");
    for (const phase of edits) expect(board.run(phase, "remove")).toMatchObject({ status: 0, stderr: "" });
    const left = Object.entries(board.files());
    // An empty line is all that a mark or a mask may leave.
    expect(left.filter(([path]) => /bramble(?!-off)/.test(path) && !path.startsWith("var/lib"))).toEqual([]);
    for (const path of zone) expect(board.read(path), path).toBe(before[path]);
    const swap = /fstab|armbian-zram|systemd\/system/;
    for (const [path, content] of left.filter(([path]) => swap.test(path))) {
      expect(content.replace(/,noatime\b/g, "").trimEnd(), path).toBe(
        before[path]?.replace(/,noatime\b/g, "").trimEnd(),
      );
    }
  });
});
