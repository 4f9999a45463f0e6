// Packages in Debian's format.
import fs from "node:fs/promises";
import path from "node:path";
import type { Architecture } from "../architecture.ts";
import { runOrThrow, type Surroundings } from "../built.ts";

/** A package without scripts. */
export interface Deb {
  name: string;
  version: string;
  architecture: Architecture;
  description: string;
  /** Names of packages, with a version where it matters: "iptables (>= 1.4.21)". Default: none. */
  depends?: readonly string[];
  /** Names of packages that it replaces. Default: none. */
  conflicts?: readonly string[];
  /** Paths of those of its files that belong to the board's owner once it is installed. Default: none. */
  conffiles?: readonly string[];
  /** Paths on the board, without the leading slash, and the file that is put there. */
  files: Readonly<Record<string, string>>;
}

/** Writes `folder/name_version_architecture.deb`. Executable files stay executable. */
export async function writeDeb(folder: string, deb: Deb, surroundings: Surroundings): Promise<void> {
  const tree = await fs.mkdtemp(path.join(folder, "tree-"));
  try {
    // A temporary folder is closed to others, and its mode becomes that of the board's root folder.
    await fs.chmod(tree, 0o755);
    for (const [to, from] of Object.entries(deb.files)) {
      await fs.mkdir(path.join(tree, path.dirname(to)), { recursive: true });
      await fs.copyFile(from, path.join(tree, to));
    }
    await fs.mkdir(path.join(tree, "DEBIAN"));
    await fs.writeFile(path.join(tree, "DEBIAN/control"), controlOf(deb));
    if (deb.conffiles)
      await fs.writeFile(path.join(tree, "DEBIAN/conffiles"), `${deb.conffiles.join("\n")}\n`);
    const file = path.join(folder, `${deb.name}_${deb.version}_${deb.architecture}.deb`);
    // Unpacking is slow on an emulated processor, and the disk has room.
    await runOrThrow(
      "dpkg-deb",
      ["--root-owner-group", "-Zzstd", "-z1", "--build", tree, file],
      surroundings,
    );
  } finally {
    await fs.rm(tree, { recursive: true });
  }
}

function controlOf({ name, version, architecture, description, depends = [], conflicts = [] }: Deb): string {
  const lines = [
    `Package: ${name}`,
    `Version: ${version}`,
    `Architecture: ${architecture}`,
    "Maintainer: lab of virtual boards <root@localhost>",
    ...(depends.length === 0 ? [] : [`Depends: ${depends.join(", ")}`]),
    ...(conflicts.length === 0 ? [] : [`Conflicts: ${conflicts.join(", ")}`]),
    `Description: ${description}`,
  ];
  return `${lines.join("\n")}\n`;
}
