import { describe, expect, it } from "vitest";
import { nextLimit, type Run } from "../../bench/controlPlane/schedule.ts";

const limits = [480, 440, 410, 380, 350];

/** The limits that are run where `holds` tells how each run of a limit ends; what does not hold collapses by default. */
function order(
  holds: (memory: number, run: number) => boolean,
  { times = 3, collapses = () => true }: { times?: number; collapses?: (memory: number) => boolean } = {},
): number[] {
  const runs: Run[] = [];
  let memory: number | undefined;
  while ((memory = nextLimit(limits, runs, times)) !== undefined) {
    const made = runs.filter((run) => run.memory === memory).length;
    const held = holds(memory, made);
    runs.push({ memory, held, collapsed: !held && collapses(memory) });
  }
  return runs.map(({ memory }) => memory);
}

describe("the limits of a bench", () => {
  it("are run from the highest down, and those at the edge three times", () => {
    expect(order((memory) => memory >= 410)).toEqual([480, 440, 410, 380, 350, 410, 410, 380, 380]);
  });

  it("end after two in a row at which it collapses", () => {
    expect(order((memory) => memory >= 480)).toEqual([480, 440, 410, 480, 480, 440, 440]);
  });

  it("do not end where it is only slow", () => {
    const collapses = (memory: number) => memory <= 380;
    expect(order(() => false, { collapses })).toEqual([480, 440, 410, 380, 350, 480, 480]);
    expect(order((memory) => memory >= 440, { collapses, times: 1 })).toEqual(limits);
  });

  it("do not end after one that fails by chance", () => {
    expect(order((memory) => memory !== 440 && memory >= 380)).toEqual([
      480, 440, 410, 380, 350, 480, 480, 440, 440,
    ]);
  });

  it("follow the edge where a limit fails when it is repeated", () => {
    const ran = order((memory, run) => memory >= 440 || (memory === 410 && run === 0));
    expect(ran).toEqual([480, 440, 410, 380, 350, 410, 440, 440, 410]);
  });

  it("are repeated at the lowest where all hold, and at the highest where none does", () => {
    expect(order(() => true)).toEqual([...limits, 350, 350]);
    expect(order(() => false)).toEqual([480, 440, 480, 480]);
  });

  it("are not repeated where one run is asked for", () => {
    expect(order((memory) => memory >= 410, { times: 1 })).toEqual(limits);
  });

  it("are run from the highest down, however they are given", () => {
    expect(nextLimit([350, 480], [], 3)).toBe(480);
  });
});
