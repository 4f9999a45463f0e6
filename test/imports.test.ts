import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const repository = fileURLToPath(new URL("..", import.meta.url));
const exclude = ["node_modules/**", ".rehearsal*/**"];
const files = globSync("**/*.{ts,mjs}", { cwd: repository, exclude });

/** What each file imports of the others, types too. */
const imports = new Map(
  files.map((file) => {
    const text = readFileSync(path.join(repository, file), "utf8");
    const relative = [...text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map(([, to]) => to!);
    const others = relative.map((to) => path.normalize(path.join(path.dirname(file), to)));
    return [file, others.filter((to) => to !== file)];
  }),
);

/** The room of a file: its folder, of components and commands the one below. */
function room(file: string): string {
  const folders = path.dirname(file).split(path.sep);
  const depth = folders[0] === "components" || folders[0] === "commands" ? 2 : 1;
  return folders.slice(0, depth).join("/");
}

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

const rooms = new Map<string, string[]>();
for (const [file, to] of imports) {
  const others = to.map(room).filter((other) => other !== room(file));
  rooms.set(room(file), [...(rooms.get(room(file)) ?? []), ...others]);
}

describe("imports", () => {
  it("go round in no circle of files", () => {
    expect(circle(imports)).toBeUndefined();
  });

  it("go round in no circle of folders", () => {
    const withoutRoot = new Map([...rooms].map(([from, to]) => [from, to.filter((each) => each !== ".")]));
    expect(circle(withoutRoot)).toBeUndefined();
  });

  it("lead from no program to the tests", () => {
    const using = [...rooms].filter(([from, to]) => from !== "test" && to.includes("test"));
    expect(using.map(([from]) => from)).toEqual([]);
  });

  it.each([
    ["components/board", /^(gateway|tools)$/],
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
