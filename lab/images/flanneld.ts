// flanneld and install-conf, which come of no Go module alone.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Architecture, suffixOf } from "../architecture.ts";
import { runOrThrow, type Recipe } from "../built.ts";
import { flannelVersion } from "./catalogue.ts";

const script = fileURLToPath(new URL("flannel.sh", import.meta.url));

/** A folder with both, for this machine. */
export const flanneld = flanneldFor("amd64");

/** A folder with both. */
export function flanneldFor(architecture: Architecture): Recipe {
  return {
    name: `flannel${suffixOf(architecture)}`,
    ingredients: [readFileSync(script, "utf8"), flannelVersion],
    build: (folder, surroundings) =>
      runOrThrow("sh", [script, folder, flannelVersion], {
        ...surroundings,
        env: { ...process.env, GOARCH: architecture },
      }),
  };
}
