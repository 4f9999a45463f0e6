import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { pinsOf } from "../commands/updates/pins.ts";

const folder = path.join(import.meta.dirname, "..");
const read = (file: string) => readFileSync(path.join(folder, file), "utf8");

interface Manager {
  readonly managerFilePatterns: readonly string[];
  readonly matchStrings: readonly string[];
}
const { customManagers } = JSON.parse(read("renovate.json")) as { customManagers: Manager[] };

/** What Renovate's managers find in a file, as `name version`. */
function foundIn(file: string, text = read(file)): string[] {
  return customManagers
    .filter((each) => each.managerFilePatterns.some((pattern) => new RegExp(pattern.slice(1, -1)).test(file)))
    .flatMap(({ matchStrings }) => matchStrings.flatMap((each) => [...text.matchAll(new RegExp(each, "g"))]))
    .map(({ groups }) =>
      [groups?.depName, groups?.currentValue, groups?.currentDigest].filter(Boolean).join(" "),
    )
    .toSorted();
}

describe("renovate.json", () => {
  it("finds every image that bramble pins, each once", () => {
    const images = pinsOf("home").flatMap(({ image, file }) =>
      file.endsWith("/images.ts") ? (image ?? []) : [],
    );
    const found = globSync("components/*/images.ts", { cwd: folder }).flatMap((file) => foundIn(file));
    expect(found.length).toBeGreaterThan(10);
    expect(found.toSorted()).toEqual(
      images.map((image) => image.replace(":next-", " ").replace(":", " ")).toSorted(),
    );
  });

  it("finds the images and the version of Kubernetes in the settings", () => {
    const digest = `sha256:${"0".repeat(64)}`;
    const text = `bramble:cluster: { version: 1.36.3 }
a: { image: ghcr.io/a/b:1.2, port: 80 }
b:
  image: "c:v2.0.1@${digest}"
`;
    const file = "stacks/Pulumi.home.yaml";
    expect(foundIn(file, text)).toEqual(["1.36.3", `c v2.0.1 ${digest}`, "ghcr.io/a/b 1.2"]);
    expect(foundIn("docs/apps.md", text)).toEqual([]);
  });

  it("has no expression that RE2, which Renovate uses, does not know", () => {
    expect(customManagers.flatMap(({ matchStrings }) => matchStrings).join("\n")).not.toMatch(/\(\?(<?[!=])/);
  });
});

it("the workflow runs the README's two commands", () => {
  const { jobs } = parse(read(".github/workflows/check.yml")) as {
    jobs: { check: { steps: { run?: string }[] } };
  };
  const runs = jobs.check.steps.flatMap(({ run }) => run ?? []);
  const readme = [...read("README.md").matchAll(/^npm \w+$/gm)].map(([command]) => command);
  expect(readme).toEqual(["npm start", "npm test"]);
  expect(runs).toEqual(expect.arrayContaining(readme));
});
