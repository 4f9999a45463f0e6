import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { architecture, withDrawing } from "../commands/generate/architecture.ts";
import { fileImports, programImports, roomImports } from "../commands/generate/imports.ts";

const files = fileImports();
const rooms = roomImports(files);

/** The first way round that is found, from one back to itself. */
function circle(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const walk = (at: string, way: readonly string[]): string[] | undefined => {
    if (way.includes(at)) return [...way.slice(way.indexOf(at)), at];
    if (done.has(at)) return undefined;
    for (const next of graph.get(at) ?? []) {
      const found = walk(next, [...way, at]);
      if (found) return found;
    }
    done.add(at);
    return undefined;
  };
  for (const each of graph.keys()) {
    const found = walk(each, []);
    if (found) return found;
  }
  return undefined;
}

describe("imports", () => {
  it("go round in no circle of files", () => {
    expect(circle(files)).toBeUndefined();
  });

  it("go round in no circle of folders", () => {
    expect(circle(rooms)).toBeUndefined();
  });

  it("lead from no program to the tests", () => {
    const using = [...rooms].filter(([from, to]) => from !== "test" && to.includes("test"));
    expect(using.map(([from]) => from)).toEqual([]);
  });

  it.each([
    ["components/board", /^(gateway|tools)$/],
    ["components/capacity", /^components\/(board|workload)$/],
    ["settings", /^(components(\/\w+)?|gateway|tools)$/],
    ["policy", /^components(\/\w+)?$/],
    ["gateway", /^$/],
  ])("of %s lead to nothing but %s", (from, allowed) => {
    expect((rooms.get(from) ?? []).filter((to) => !allowed.test(to))).toEqual([]);
  });
});

it("a circle is found", () => {
  const graph = new Map([
    ["a", ["b"]],
    ["b", ["c"]],
    ["c", ["b"]],
  ]);
  expect(circle(graph)).toEqual(["b", "c", "b"]);
});

describe("the picture of the house", () => {
  it("is the one of the imports", () => {
    const page = readFileSync(new URL("../docs/architecture.md", import.meta.url), "utf8");
    expect(page, "run `npm run generate`").toContain(architecture(roomImports(programImports())));
  });

  it("leaves out the arrow that a longer way replaces", () => {
    const graph = new Map([
      ["a", ["b", "c/d"]],
      ["b", ["c/d"]],
      ["c/d", []],
    ]);
    const drawing = architecture(graph).split("\n");
    expect(drawing).toContain('  c_d["c/d"]');
    expect(drawing.filter((line) => line.includes("-->"))).toEqual(["  a --> b", "  b --> c_d"]);
  });

  it("replaces the one before and nothing else", () => {
    expect(withDrawing("x\n```mermaid\nold\n```\ny\n", "new $1")).toBe("x\n```mermaid\nnew $1\n```\ny\n");
  });
});
