// flanneld and install-conf, which come of no Go module alone.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { runOrThrow, type Recipe } from "../built.ts";
import { flannelVersion } from "./catalogue.ts";

const script = fileURLToPath(new URL("flannel.sh", import.meta.url));

/** A folder with both. */
export const flanneld: Recipe = {
  name: "flannel",
  ingredients: [readFileSync(script, "utf8"), flannelVersion],
  build: (folder, surroundings) => runOrThrow("sh", [script, folder, flannelVersion], surroundings),
};
