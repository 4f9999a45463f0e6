import { expect, it } from "vitest";
import { upgradeFault, versionFault } from "../../../components/cluster/versionStep.ts";

it.each([
  ["1.36.3", "1.36.3", undefined],
  ["1.36.3", "1.36.4", undefined],
  ["1.36.3", "1.37.0", undefined],
  ["1.9.9", "1.10.0", undefined],
  ["1.36.3", "1.36.2", /older than 1\.36\.3.*no way back/],
  ["1.37.0", "1.36.9", /older than 1\.37\.0/],
  ["1.36.3", "1.38.0", /skips 1\.37.*newest 1\.37\.x first/],
  ["1.36.3", "2.0.0", /within 1\.x/],
])("from %s to %s: %s", (from, to, fault) => {
  if (fault === undefined) expect(versionFault(from, to)).toBeUndefined();
  else expect(versionFault(from, to)).toMatch(fault);
});

it("reads versions from the scripts, and has nothing to say where one is not known", () => {
  const script = (version: string) => `BOARD='a'\nVERSION='${version}'\nset -e\n`;
  expect(upgradeFault(script("1.36.3"), script("1.36.1"))).toMatch(/older/);
  expect(upgradeFault(script("1.36.3"), script("1.37.1"))).toBeUndefined();
  expect(upgradeFault(undefined, script("1.30.0"))).toBeUndefined();
});
