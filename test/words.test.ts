import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import ts from "typescript";
import { describe, expect, it } from "vitest";

/** What is not said, with what is said instead, and where it means something else. */
interface Word {
  readonly not: RegExp;
  readonly say: string;
  /** Files in which the word has another meaning. */
  readonly except?: RegExp;
}

/** Rooms of a house, which sensors and their dashboards are about. */
const house =
  /^(gateway|components\/(sensors|datadog)|commands\/esphome)\/|^(settings|test)\/.*sensors|^docs\/(component-reference|sensors|datadog|settings)\.md$|^stacks\//;

const words: readonly Word[] = [
  // The glossary.
  {
    not: /\bfaults?\b/i,
    say: "error, violation or failure",
    except: /^(lab|bench)\/|^docs\/lab\.md$|^(README|CONTRIBUTING)\.md$/,
  },
  { not: /\brooms?\b/i, say: "capacity, free memory or space", except: house },
  { not: /\bpromise[sd]?\b/i, say: "desired state" },
  { not: /\black(ing|ed)\b/, say: "needs" },
  { not: /\bmend(s|ed|ing)?\b/i, say: "changed, or fixed" },
  { not: /\bundone\b/i, say: "removed" },
  { not: /\bmade[ -]up\b|\bmakes? up (a|the)\b/i, say: "generated" },
  { not: /\b(if|is|are|may be) left out\b/i, say: "omitted" },
  { not: /\bbramble:rehearses\b/, say: "bramble:extends", except: /^CHANGELOG\.md$/ },
  { not: /\bignoredChecks\b/, say: "ignorePreflightErrors", except: /^CHANGELOG\.md$|^settings\/[^/]+\.ts$/ },
  // One page tells the story.
  { not: /\b2018\b|\b715\b/, say: "docs/memory.md", except: /^docs\/memory\.md$|^components\/board\/models/ },
  // What reads as translated.
  { not: /\banew\b/i, say: "again" },
  { not: /\bdial(s|led|ling)?\b/, say: "connect, or contact", except: /^bench\// },
  { not: /\b(go|goes|going) on (from|with)\b/i, say: "resume, or continue" },
  { not: /\bnothing against\b/i, say: "passed" },
  { not: /\bstands? (in the way|still)\b/i, say: "is an obstacle, or waits" },
  { not: /\b(can't|cannot|could not) be had\b/i, say: "can't be obtained" },
  { not: /\bsomebody else's\b/i, say: "not bramble's" },
  { not: /\b(take|takes|taken|taking) (it|them|that|this) out\b/i, say: "remove" },
  { not: /\bunder way\b/i, say: "in progress" },
  { not: /\bfor a place (of|in)\b/i, say: "instead" },
  { not: /\bthe way(s)? out\b/i, say: "the fix" },
];

const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => /\.(md|ts|mjs|sh|ya?ml)$/.test(file) && !/^test\/|^lab\/.*modules\//.test(file));

/** A line that a user may read. */
interface Line {
  readonly at: number;
  readonly text: string;
}

/** The texts of a program: its strings, but for what it imports, without the tags of a page. */
function stringsOf(file: string, source: string): Line[] {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const lines: Line[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    if (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) {
      const { line } = tree.getLineAndCharacterOfPosition(node.getStart(tree));
      const text = ts.isTemplateExpression(node)
        ? [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join("…")
        : node.text;
      const readable = text.replaceAll(/<[^<>]*>?/g, " ");
      // One word alone is a name, and no sentence.
      if (/\s/.test(readable.trim())) lines.push({ at: line + 1, text: readable });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return lines;
}

function linesOf(file: string): Line[] {
  const source = readFileSync(file, "utf8");
  if (/\.(ts|mjs)$/.test(file)) return stringsOf(file, source);
  const lines = source.split("\n").map((text, index) => ({ at: index + 1, text }));
  return file.endsWith(".md") ? lines : lines.filter(({ text }) => !/^\s*#/.test(text));
}

function objections(file: string, lines: readonly Line[]): string[] {
  return words
    .filter(({ except }) => except?.test(file) !== true)
    .flatMap(({ not, say }) =>
      lines.flatMap(({ at, text }) => {
        const found = not.exec(text)?.[0];
        return found === undefined ? [] : [`${file}:${at} says "${found}"; say: ${say}`];
      }),
    );
}

describe("the glossary", () => {
  it("is kept by every text that a user reads", () => {
    expect(files.flatMap((file) => objections(file, linesOf(file)))).toEqual([]);
  });

  it.each([
    ["a.md", "The next up mends this.", "mends"],
    ["a.sh", 'fail "no room is left"', "room"],
    ["a.ts", "const a = `${b} is as promised`;", "promised"],
    ["a.ts", "const a = `<p class='room'>${b} has faults</p>`;", "faults"],
  ])("objects in %s to %s", (file, text, word) => {
    const lines = file.endsWith(".ts") ? stringsOf(file, text) : [{ at: 1, text }];
    expect(objections(file, lines)).toEqual([expect.stringContaining(`a.${file.slice(2)}:1 says "${word}"`)]);
  });

  it.each([
    ["gateway/page.ts", 'const a = "the room is too dry";'],
    ["lab/faults/faults.ts", 'const a = "bring a fault about";'],
    ["a.ts", 'import { sleep } from "node:timers/promises";\nconst a = "room";'],
    ["a.ts", "const a = `<p class='room'>4 boards</p>`; // no room is left"],
  ])("has nothing to say in %s to %s", (file, text) => {
    expect(objections(file, stringsOf(file, text))).toEqual([]);
  });
});
