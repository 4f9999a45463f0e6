// What images have of Debian besides their programs: a layer for each purpose.
import { readFileSync } from "node:fs";
import fs from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { type Architecture, arm64Emulator, suffixOf } from "../architecture.ts";
import { runOrThrow, type Recipe } from "../built.ts";
import { debianMirror } from "../image.ts";

/** The packages of each layer, which has whatever these need in turn. */
const packages = {
  /** A shell and its tools, which real images have of Alpine or Debian. */
  busybox: ["busybox-static"],
  iptables: ["iptables"],
  /** What Node's own builds need. */
  "libstdc++": ["libstdc++6"],
  bash: ["bash"],
  /** What Gogs' image has besides Gogs. */
  git: ["bash", "git", "openssh-client", "curl"],
  /** Those whom Mozilla trusts, as one file. */
  authorities: ["ca-certificates"],
} as const;

/** Name of a layer. */
export type LayerName = keyof typeof packages;

const script = beside("layer.sh");
const download = beside("../packages/debian.sh");

/**
 * A layer's files, in the folder `tree`: seconds.
 *
 * @param architecture of its programs. Default: amd64
 */
export function debianLayer(name: LayerName, architecture: Architecture = "amd64"): Recipe {
  const wanted = packages[name];
  return {
    name: `layer-${name}${suffixOf(architecture)}`,
    ingredients: [debianMirror, ...wanted, ...[script, download].map((file) => readFileSync(file, "utf8"))],
    build: async (folder, surroundings) => {
      const debs = path.join(folder, "debs");
      await fs.mkdir(debs);
      // To an empty list of installed packages: these images start from nothing.
      const status = path.join(folder, "status");
      await fs.writeFile(status, "");
      const source = [debianMirror, "trixie"];
      const arch = `--arch=${architecture}`;
      await runOrThrow("sh", [download, arch, debs, status, ...source, ...wanted], surroundings);
      const emulator = architecture === "amd64" ? [] : [arm64Emulator];
      await runOrThrow("sh", [script, name, debs, path.join(folder, "tree"), ...emulator], surroundings);
      await fs.rm(debs, { recursive: true });
    },
  };
}

function beside(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}
