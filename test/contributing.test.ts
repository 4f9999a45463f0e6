import { existsSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), "utf8");

/** Paths and npm scripts that a page names. */
function named(text: string): { paths: string[]; scripts: string[] } {
  const words = [...text.matchAll(/`([^`\n]+)`/g)].map(([, word]) => word!);
  const folders = /^(commands|components|docs|gateway|lab|policy|rehearsal|settings|stacks|test|tools)\//;
  return {
    paths: words.filter((word) => folders.test(word) && !word.includes("<")),
    scripts: words.flatMap((word) => /^npm run ([\w:]+)/.exec(word)?.[1] ?? []),
  };
}

it.each(["CONTRIBUTING.md", "README.md"])("what %s names is there", (file) => {
  const { paths, scripts } = named(read(file));
  expect(paths.filter((path) => !existsSync(new URL(`../${path}`, import.meta.url)))).toEqual([]);
  const known = Object.keys((JSON.parse(read("package.json")) as { scripts: object }).scripts);
  expect(scripts.filter((script) => !known.includes(script))).toEqual([]);
});

it("finds what is not there", () => {
  const text = "`settings/nowhere.ts`, `npm run nothing`, `components/<app>/app.ts`";
  expect(named(text)).toEqual({ paths: ["settings/nowhere.ts"], scripts: ["nothing"] });
});
