import { expect, it } from "vitest";
import { keepWithin, residentLimit } from "../../bench/controlPlane/swap.ts";
import { zramUse } from "../../bench/controlPlane/zram.ts";

const mebi = 2 ** 20;

it("what is used is read from mm_stat", () => {
  const stat = `${160 * mebi} ${35 * mebi}  ${39 * mebi}        0 ${45 * mebi}        12        0        1        1\n`;
  expect(zramUse(stat)).toEqual({ from: 160, to: 39 });
});

it("what is compressed counts, a part of a MiB as one", () => {
  expect([0, 0.1, 39, 39.5, 400].map((compressed) => residentLimit(380, compressed))).toEqual([
    380, 379, 341, 340, 1,
  ]);
});

/** Keeps a board whose group holds and compresses so much, look after look, within 380 MiB. */
async function kept(looks: readonly [resident: number, compressed: number][], accepts = () => true) {
  const limits: number[] = [];
  const end = new AbortController();
  let look = -1;
  const group = {
    resident() {
      look++;
      if (look === looks.length - 1) end.abort();
      return Promise.resolve(looks[look]![0]);
    },
    limit(memory: number) {
      if (!accepts()) return false;
      limits.push(memory);
      return true;
    },
  };
  const use = () => Promise.resolve({ from: 4 * looks[look]![1], to: looks[look]![1] });
  return { ...(await keepWithin(380, group, use, end.signal)), limits };
}

it("a group may hold less the more of it is compressed, and more again", async () => {
  const looks: [number, number][] = [
    [200, 0],
    [380, 0],
    [379, 10],
    [370, 10],
    [360, 20.5],
    [359, 12],
    [350, 12],
  ];
  expect(await kept(looks)).toEqual({ limits: [370, 359, 368], most: 389, from: 48, to: 12 });
});

it("a limit is set again while it is not kept, and after the last one was in progress", async () => {
  expect(
    (
      await kept([
        [380, 5],
        [380, 5],
        [375, 5],
        [375, 5],
      ])
    ).limits,
  ).toEqual([375, 375]);
  const answers = [false, true];
  expect(
    (
      await kept(
        [
          [370, 5],
          [370, 5],
          [370, 5],
          [370, 5],
        ],
        () => answers.shift() ?? true,
      )
    ).limits,
  ).toEqual([375]);
});
