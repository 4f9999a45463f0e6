import { expect, it } from "vitest";
import { optionsOf } from "../../bench/controlPlane/options.ts";

const variantsOf = (...args: string[]) =>
  optionsOf(args).variants.map(({ cpu, swap, settings }) => [
    cpu,
    swap && `${swap.swappiness}/${swap.pageCluster} ${swap.compression}`,
    settings.name,
  ]);

it("compares stock and bramble's settings without swap by default", () => {
  expect(variantsOf()).toEqual([
    [0.6, undefined, "stock"],
    [0.6, undefined, "bramble"],
  ]);
  expect(optionsOf([])).toMatchObject({
    memories: [560, 520, 480, 440, 400],
    runs: 3,
    settle: 60,
    measure: 90,
  });
});

it("compares the kernel's settings on two kinds of board with zram", () => {
  expect(variantsOf("--zram")).toEqual(
    [0.6, 0.3].flatMap((cpu) => [
      [cpu, "60/3 lz4", "stock"],
      [cpu, "60/3 lz4", "bramble"],
      [cpu, "190/0 lz4", "stock"],
      [cpu, "190/0 lz4", "bramble"],
    ]),
  );
  expect(optionsOf(["--zram"]).memories).toContain(380);
});

it("runs what is asked for", () => {
  const args = [
    "--zram",
    "--cpu",
    "0.4",
    "--settings",
    "bramble",
    "--kernel",
    "100/0",
    "--compression",
    "zstd",
  ];
  expect(variantsOf(...args)).toEqual([[0.4, "100/0 zstd", "bramble"]]);
  expect(optionsOf(["--memory", "380,350", "--runs", "1"])).toMatchObject({ memories: [380, 350], runs: 1 });
});

it.each([
  [["--memory", "380,none"], "--memory 380,none: positive numbers are allowed, with commas between them"],
  [["--runs", "0"], "--runs 0: positive numbers are allowed"],
  [["--zram", "--kernel", "250/0"], "--kernel 250/0: vm.swappiness (0 to 200) and vm.page-cluster (0 to 10)"],
  [["--zram", "--kernel", "60"], "--kernel 60: vm.swappiness"],
  [["--settings", "brambel"], "--settings brambel: stock and bramble are allowed"],
  [["--kernel", "60/3"], "--kernel and --compression are of use with --zram only"],
  [["--compression", "lz4"], "--kernel and --compression are of use with --zram only"],
  [["--zramm"], "Unknown option '--zramm'"],
])("refuses %j", (args, message) => {
  expect(() => optionsOf(args)).toThrow(message);
});
