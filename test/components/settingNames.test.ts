import { globSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

/** What describes the settings themselves: schemas, descriptors, and the reference that is generated from them. */
const ofSettings = /\/(app|settings|modelsReference)\.ts$/;

/** `bramble:cluster.version`; not `bramble:cluster:Roster`, a type, nor the marks `# bramble: begin`. */
const settingName = /bramble:[a-z]\w*(?![\w:])/;

it("no text of a component names a setting: another program has none", () => {
  const files = globSync("components/**/*.{ts,sh,mjs}").filter((file) => !ofSettings.test(file));
  const found = files.flatMap((file) =>
    readFileSync(file, "utf8")
      .split("\n")
      .flatMap((line, i) => (settingName.test(line) ? [`${file}:${i + 1} ${line.trim()}`] : [])),
  );
  expect(files.length).toBeGreaterThan(200);
  expect(found).toEqual([]);
});

it.each([
  ["Set bramble:backup.password to it", true],
  ["remove the board from bramble:boards", true],
  ['super("bramble:board:Board", name)', false],
  ["# bramble: begin", false],
])("in %j a setting's name is found: %s", (line, found) => {
  expect(settingName.test(line)).toBe(found);
});
