import { expect, it } from "vitest";
import { faults } from "../../lab/faults/faults.ts";
import { needsOf, roundsOf } from "../../lab/faults/rounds.ts";

const names = (list: string) =>
  roundsOf(list.split(","), faults).map((round) => round.map(({ name }) => name).join());

it.each([
  ["reboot,kubelet,restore", ["reboot,kubelet,restore"]],
  ["reboot,wipe,kubelet,no-disk", ["reboot,kubelet", "wipe,no-disk"]],
  ["reboot,upgrade-minor", ["reboot", "upgrade-minor"]],
  ["init-power,reboot,wipe", ["init-power,reboot", "wipe"]],
  ["year-off,reboot", ["year-off", "reboot"]],
])("%s need these clusters", (list, rounds) => {
  expect(names(list)).toEqual(rounds);
});

it("has apps without a fault, and with those faults that are about them", () => {
  const apps = (...list: string[]) => roundsOf(list, faults).map((round) => needsOf(round, undefined).apps);
  expect([apps(), apps("reboot"), apps("wipe")]).toEqual([[true], [false], [true]]);
});

it.each([
  ["wipe", undefined, 3],
  ["wipe", 2, 3],
  ["wipe", 4, 4],
  ["no-disk", undefined, undefined],
  ["no-disk", 2, 2],
] as const)("for %s with %s boards has %s", (name, wanted, boards) => {
  expect(roundsOf([name], faults).map((round) => needsOf(round, wanted).boards)).toEqual([boards]);
});
