import { expect, it, vi } from "vitest";
import { main } from "../../lab/main.ts";

it.each<[string, string[], RegExp]>([
  [
    "a fault that it does not know",
    ["--fault", "reboot,flood"],
    /--fault is "flood"; it must be one of .*restore/,
  ],
  [
    "a fault that a home does not have",
    ["--home", "--fault", "wipe,reboot"],
    /--fault is "reboot"; it must be one of soak, wipe, .*restore with --home/,
  ],
  ["another number of boards for a home", ["--home", "--boards", "3"], /omit --boards and --control-planes/],
  ["no boards", ["--boards", "0"], /--boards is "0"; it must be a number from 1 to 32/],
  ["more control planes than boards", ["--boards", "3", "--control-planes", "4"], /there are only 3 boards/],
  [
    "a control plane for arm64",
    ["--arm64", "--boards", "1"],
    /the last board a worker for arm64, but all boards are control planes/,
  ],
  [
    "several control planes and nothing else, one of them for arm64",
    ["--arm64", "--control-planes", "3"],
    /the last board a worker for arm64/,
  ],
  ["a home with a board for arm64", ["--arm64", "--home"], /--arm64 has no apps, and --home is about them/],
  ["faults on an emulated board", ["--arm64", "--fault", "reboot"], /--arm64 is too slow for --fault/],
])("refuses %s before anything is started", async (_, args, says) => {
  const told = vi.spyOn(console, "error").mockImplementation(() => undefined);
  expect(await main(args)).toBe(2);
  expect(told.mock.calls.flat().join("\n")).toMatch(says);
  told.mockRestore();
});
