import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

/** Who imports whom: files or rooms, by their paths from the repository's root. */
export type Imports = ReadonlyMap<string, readonly string[]>;

const repository = fileURLToPath(new URL("../..", import.meta.url));
const exclude = ["node_modules/**", ".rehearsal*/**", "package/dist/**"];

/** What each file of the repository imports of the others, types too. */
export function fileImports(): Imports {
  const files = globSync("**/*.{ts,mjs}", { cwd: repository, exclude });
  return new Map(
    files.map((file) => {
      const { importedFiles } = ts.preProcessFile(
        readFileSync(path.join(repository, file), "utf8"),
        true,
        true,
      );
      const others = importedFiles.map(({ fileName }) => path.join(path.dirname(file), fileName));
      return [file, others.filter((to) => to !== file && files.includes(to))];
    }),
  );
}

/** The room of a file: its folder, of components and commands the one below; `index.ts` for files at the root. */
function room(file: string): string {
  const folders = path.dirname(file).split(path.sep);
  const depth = folders[0] === "components" || folders[0] === "commands" ? 2 : 1;
  return folders[0] === "." ? "index.ts" : folders.slice(0, depth).join("/");
}

/** What the program imports: all but its tests. */
export function programImports(): Imports {
  return new Map([...fileImports()].filter(([file]) => !file.startsWith("test/")));
}

/** What each room imports of the others. */
export function roomImports(files: Imports): Imports {
  const rooms = Map.groupBy(files, ([file]) => room(file));
  return new Map(
    [...rooms].map(([from, entries]) => {
      const others = new Set(entries.flatMap(([, to]) => to.map(room)));
      others.delete(from);
      return [from, [...others].sort()];
    }),
  );
}
