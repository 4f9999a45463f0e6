import fs from "node:fs";

const read = (page: string) => fs.readFileSync(new URL(`../../docs/${page}`, import.meta.url), "utf8");

/** An example of a page, and the heading above it. */
export interface Example {
  readonly title: string;
  readonly code: string;
}

/** The examples of a page in a language, as the page has them: `ts`, `yaml`, `python`. */
export function examplesOf(page: string, language: string): Example[] {
  const blocks = new RegExp("^```" + language + "\\n(.*?)^```$", "gms");
  return read(page)
    .split(/^## /m)
    .flatMap((section) =>
      [...section.matchAll(blocks)].map(([, code = ""]) => ({
        title: section.split("\n", 1)[0] ?? "",
        code,
      })),
    );
}
