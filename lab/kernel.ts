// The kernel of boards that are in a cluster, where they are machines of User-mode Linux.
import fs from "node:fs";
import path from "node:path";
import { runOrThrow, type Recipe } from "./built.ts";
import { debianMirror } from "./image.ts";

const parts = path.join(import.meta.dirname, "kernel");

/** A folder with `linux.uml`, as a board's image has one: 160 MB of sources, some 10 minutes. */
export function clusterKernel(): Recipe {
  return {
    name: "kernel",
    ingredients: [
      debianMirror,
      ...fs.readdirSync(parts).map((file) => fs.readFileSync(path.join(parts, file), "utf8")),
    ],
    build: async (folder, surroundings) => {
      await runOrThrow("sh", [path.join(parts, "build.sh"), folder, debianMirror], surroundings);
    },
  };
}
