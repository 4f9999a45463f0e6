import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { stepCommand } from "../../components/board/boardStep.ts";
import { bootstrapPhases, phaseNames, type PhaseName } from "../../components/board/phases.ts";
import type { VirtualBoard } from "../../lab/virtualBoard.ts";
import { BoardLab } from "./boardLab.ts";
import { boardState } from "./boardState.ts";
import { type Cut, runUntilCut } from "./cut.ts";
import { noLab } from "./noLab.ts";
import { script } from "./script.ts";

const minutes = 60_000;
let lab: BoardLab;
/** Never cut off: what it is after each phase is what the others must come to. */
let reference: VirtualBoard;
const expected = new Map<PhaseName, Promise<string[]>>();

beforeAll(async () => {
  if (noLab) return;
  lab = await BoardLab.start();
  reference = await board();
}, 5 * minutes);
beforeEach(({ skip }) => skip(noLab !== "", noLab));
afterAll(async () => {
  if (!noLab) await lab.stop();
});

async function board(): Promise<VirtualBoard> {
  const fresh = await lab.board();
  await fresh.ssh("sudo bash -s", { input: script("bringSwap") });
  return fresh;
}

function documentOf(phase: PhaseName) {
  return bootstrapPhases(lab.plan()).find((document) => document.phase === phase)!;
}

/** As Pulumi does it: whatever the phase says, the board may be going down. */
async function apply(on: VirtualBoard, phase: PhaseName): Promise<void> {
  const document = documentOf(phase);
  await on.untilReady();
  await on.ssh(stepCommand(document, "pi", "apply"), { input: document.script, limit: 300 });
  if (phase === "reboot") await on.untilReady();
}

/** The reference's state after a phase; phases are asked for in their order. */
function stateAfter(phase: PhaseName): Promise<string[]> {
  const known = expected.get(phase);
  if (known !== undefined) return known;
  const state = apply(reference, phase).then(() => comparable(reference, phase));
  expected.set(phase, state);
  return state;
}

/** A board that lost its power has rebooted, and has the memory cgroup before its time. */
async function comparable(on: VirtualBoard, phase: PhaseName): Promise<string[]> {
  const state = await boardState(on);
  const mayLack = phaseNames.indexOf(phase) < phaseNames.indexOf("reboot");
  return state.filter((line) => !(mayLack && line.startsWith("controllers ")));
}

/** Cuts the phase off again and again, each time later, until one run comes to its end. Returns how often. */
async function cutOff(on: VirtualBoard, phase: PhaseName, cuts: readonly Cut[], after: () => Promise<void>) {
  const document = documentOf(phase);
  let count = 0;
  for (const cut of cuts) {
    await on.untilReady();
    const isCut = await runUntilCut(on, stepCommand(document, "pi", "apply"), document.script, cut);
    if (!isCut) break;
    count += 1;
    await after();
  }
  return count;
}

/**
 * Commands of the script before which it is cut off; two phases are also cut off while packages are installed. A
 * power cut costs a start of the board, so there are fewer.
 */
function cutsOf(phase: PhaseName, pull: boolean): Cut[] {
  const counted = (pull ? [30, 150] : [20, 60, 180, 540]).map((commands) => ({ commands }));
  const installing = (pull ? [1] : [0, 2]).map((seconds) => ({ program: "dpkg", seconds }));
  return ["containerd", "packages"].includes(phase) ? [...installing, ...counted] : counted;
}

const ways = [
  { way: "its connection was killed", pull: false },
  { way: "its power was cut", pull: true },
] as const;

describe.for(ways)("a board that is set up although in each phase $way", ({ pull }) => {
  let cut: VirtualBoard;
  beforeAll(async () => {
    if (!noLab) cut = await board();
  }, 5 * minutes);
  const after = async () => {
    if (!pull) return;
    await cut.powerOff();
    await cut.powerOn();
  };

  it.for(phaseNames)("is after %s what an undisturbed one is", { timeout: 10 * minutes }, async (phase) => {
    const [count] = await Promise.all([cutOff(cut, phase, cutsOf(phase, pull), after), stateAfter(phase)]);
    expect(count).toBeGreaterThan(0);
    await apply(cut, phase);
    expect(await comparable(cut, phase)).toEqual(await stateAfter(phase));
  });
});

it("unpacks again what a power cut has left half unpacked", { timeout: 10 * minutes }, async () => {
  const undisturbed = await stateAfter("data");
  await reference.ssh("sudo bash -s", { input: script("halfUnpacked") });
  await apply(reference, "packages");
  expect(await comparable(reference, "data")).toEqual(undisturbed);
});
