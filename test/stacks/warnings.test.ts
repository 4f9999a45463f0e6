import { expect, it } from "vitest";
import { settingsOf } from "../../stacks/settings.ts";
import { warningsOf } from "../../stacks/warnings.ts";
import { type Config, settings } from "./smallCluster.ts";

/** The warnings of a small cluster with so many control planes, some of which are dead. */
function warnings(controlPlanes: number, dead = 0): string[] {
  const config = settings((all) => {
    const boards = all["bramble:boards"] as Config[];
    for (let i = 1; i < controlPlanes; i++) {
      boards.push({
        name: `more-${i}`,
        model: "rpi-4b-2gb",
        role: "controlPlane",
        host: `192.168.1.${20 + i}`,
        dead: i <= dead,
      });
    }
  });
  return warningsOf(settingsOf("home", config, () => true)).map(({ path, message }) => `${path}: ${message}`);
}

it.each([1, 3, 5])("says nothing of %i control planes", (count) => {
  expect(warnings(count)).toEqual([]);
});

it("says of an even number that it bears no more than one less, and refuses none", () => {
  expect(warnings(2)).toEqual([
    "bramble:boards: 2 boards have the role controlPlane: etcd stops when one of them fails, no better than with 1. " +
      "Fine on the way to 1 or 3.",
  ]);
  expect(warnings(4)).toEqual([
    expect.stringMatching(
      /4 boards .* when 2 of them fail, no better than with 3\. Fine on the way to 3 or 5\./,
    ),
  ]);
});

it("counts no dead board", () => {
  expect(warnings(2, 1)).toEqual([]);
  expect(warnings(3, 1)).toEqual([expect.stringContaining("2 boards that are not dead have the role")]);
});
