import { describe, expect, it } from "vitest";
import { chart } from "../../bench/controlPlane/chart.ts";
import { byLimit, header, row } from "../../bench/controlPlane/table.ts";
import type { Result } from "../../bench/controlPlane/trial.ts";
import { collapsed, holds, quantile } from "../../bench/controlPlane/verdict.ts";

const swap = { swappiness: 190, pageCluster: 0, compression: "lz4" };

/** A run with zram that held. */
function result(changed: Partial<Result> = {}): Result {
  return {
    settings: "bramble",
    memory: 380,
    cpu: 0.6,
    swap,
    ready: true,
    restarts: { etcd: 0, "kube-apiserver": 0 },
    looks: { seconds: [0.01, 0.02, 0.23], failures: 0 },
    reads: 1.44,
    writes: 0.21,
    majorFaultsPerSecond: 120,
    usage: { anonymous: 140, file: 170, read: 0, written: 0, majorFaults: 0 },
    swapped: { from: 160.4, to: 38.6, most: 379.8 },
    programs: { etcd: { anonymous: 10, file: 20, swapped: 12 } },
    ...changed,
  };
}

const withoutSwap = result({ swap: undefined, swapped: undefined });

/** The cells of a row by the titles of the header. */
function cells(text: string): Record<string, string> {
  const split = (line: string) => line.split("|").map((cell) => cell.trim());
  const titles = split(header.split("\n")[0]!);
  return Object.fromEntries(split(text).map((cell, index): [string, string] => [titles[index] ?? "", cell]));
}

describe("a run", () => {
  const quick = { seconds: [0.1, 0.2], failures: 0 };

  it.each<[string, Partial<Result>]>([
    ["its API never came up", { ready: false }],
    ["a program restarted", { restarts: { etcd: 1 } }],
    ["a look failed", { looks: { ...quick, failures: 1 } }],
    ["its looks are slow", { looks: { ...quick, seconds: [0.1, 0.21] } }],
    ["one look is very slow", { looks: { ...quick, seconds: [...Array<number>(40).fill(0.01), 1.1] } }],
    ["it reads too much", { reads: 3.1 }],
  ])("does not hold if %s", (_, changed) => {
    expect(holds(result({ looks: quick, ...changed }))).toBe(false);
  });

  it("collapses only if something broke down", () => {
    const slow = { looks: { seconds: [30], failures: 0 }, reads: 20 };
    const broken = [{ ready: false }, { restarts: { etcd: 1 } }, { looks: { ...quick, failures: 1 } }];
    expect([slow, ...broken].map((changed) => collapsed(result(changed)))).toEqual([false, true, true, true]);
  });

  it("holds at the bounds", () => {
    const seconds = [...Array<number>(39).fill(0.2), 1];
    expect(holds(result({ looks: { seconds, failures: 0 }, reads: 3 }))).toBe(true);
  });
});

it("a quantile is one of the values", () => {
  expect([0.5, 0.95, 1].map((part) => quantile([3, 1, 2, 4], part))).toEqual([2, 4, 4]);
  expect(quantile([], 0.5)).toBeNaN();
});

describe("a row", () => {
  it("tells of a run with zram", () => {
    expect(cells(row([result({ looks: { seconds: [0.01, 0.02, 0.19], failures: 0 } })]))).toMatchObject({
      MiB: "380",
      cores: "0.6",
      settings: "bramble",
      "swappiness, page-cluster": "190, 0",
      holds: "yes",
      restarts: "0",
      "list p50 / p95 / max s": "0.02 / 0.19 / 0.19",
      failed: "0 of 3",
      "reads MiB/s": "1.44",
      "writes MiB/s": "0.21",
      "anonymous + file MiB": "140 + 170",
      "compressed MiB": "160 → 39",
      "most MiB": "380",
      "of each": "etcd 10 + 20, 12 swapped",
    });
  });

  it("tells of a run without", () => {
    const programs = { etcd: { anonymous: 10, file: 20, swapped: 0 } };
    expect(cells(row([{ ...withoutSwap, programs, ready: false }]))).toMatchObject({
      "swappiness, page-cluster": "no swap",
      holds: "no",
      restarts: "API never ready",
      "compressed MiB": "0",
      "most MiB": "",
      "of each": "etcd 10 + 20",
    });
  });

  it("names what was restarted", () => {
    expect(cells(row([result({ restarts: { etcd: 0, "kube-scheduler": 2 } })]))).toMatchObject({
      restarts: "kube-scheduler 2",
    });
  });

  it("tells of all runs of a limit, and once what is the same", () => {
    const runs = [result(), result({ reads: 0.9 }), result({ reads: 1.44, restarts: { etcd: 1 } })];
    expect(cells(row(runs))).toMatchObject({
      MiB: "380",
      restarts: "0; 0; etcd 1",
      "reads MiB/s": "1.44; 0.90; 1.44",
      "writes MiB/s": "0.21",
    });
  });
});

it("runs of the same limit and variant belong together", () => {
  const others = [result({ memory: 350 }), result({ cpu: 0.3 }), result({ settings: "stock" }), withoutSwap];
  const kernel = result({ swap: { ...swap, swappiness: 60 } });
  expect(byLimit([result(), ...others, kernel, result()]).map((runs) => runs.length)).toEqual([
    2, 1, 1, 1, 1, 1,
  ]);
});

describe("the chart", () => {
  it("has a line for each way to run it, and a panel for each figure", () => {
    const drawn = chart([
      withoutSwap,
      { ...withoutSwap, memory: 350 },
      { ...withoutSwap, settings: "stock" },
    ]);
    expect(drawn.match(/<path /g)).toHaveLength(4);
    expect(drawn).toContain(">bramble</text>");
    expect(drawn).not.toContain("cores");
  });

  it("has panels for each kind of board, and names the kernel's settings", () => {
    const drawn = chart([result(), result({ cpu: 0.3 }), result({ cpu: 0.3, memory: 350 })]);
    expect(drawn.match(/<path /g)).toHaveLength(4);
    expect(drawn).toContain("read from the disk, MiB/s (0.3 cores)");
    expect(drawn).toContain(">bramble, 190/0</text>");
  });

  it("shows the worst run of a limit", () => {
    const runs = [result({ reads: 1 }), result({ reads: 8 }), result({ reads: 2 })];
    expect(chart(runs)).toBe(chart([result({ reads: 8 })]));
  });
});
