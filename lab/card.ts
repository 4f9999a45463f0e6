// A board's card: two partitions as on a Raspberry Pi, each in a file of its own. Whoever flashes a card finds the
// first one mounted, and puts there what the board is to be.
import { execFile } from "node:child_process";
import fs from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { lastLines } from "../tools/lines.ts";
import { gatewayAddress } from "./addresses.ts";
import { runOrThrow } from "./built.ts";
import { diskRule } from "./disk.ts";

/** The files of a card's partitions. */
export interface Card {
  /** FAT, mounted at /boot/firmware. */
  readonly boot: string;
  /** ext4. */
  readonly root: string;
}

/** Files on a partition: their content by their path below it. */
export type PartitionFiles = Readonly<Record<string, string>>;

/** Where the file system can, both share what they have in common; where it cannot, empty space stays unwritten. */
export async function copyCard(from: Card, to: Card): Promise<void> {
  for (const partition of ["boot", "root"] as const)
    await runOrThrow("cp", ["--reflink=auto", "--sparse=always", from[partition], to[partition]]);
}

/**
 * What a home has and the lab has not: name servers, Debian's packages and time servers in the internet, and disks that
 * udev knows by name.
 */
export function surroundingsOf(aptSources: string | undefined): PartitionFiles {
  return {
    // Nothing answers there, at once: better than a name look-up that takes its time to fail.
    "etc/resolv.conf": `nameserver ${gatewayAddress}\n`,
    "etc/systemd/timesyncd.conf.d/lab.conf": `[Time]\nFallbackNTP=${gatewayAddress}\n`,
    "etc/udev/rules.d/60-lab-disk.rules": diskRule,
    ...(aptSources === undefined ? {} : { "etc/apt/sources.list.d/debian.sources": aptSources }),
  };
}

/**
 * Writes files to a card whose board is off. None of those on the root partition may be there before.
 *
 * @param folder an empty one, for the files before they are on the card
 */
export async function writeCard(
  folder: string,
  card: Card,
  { boot, root }: Record<keyof Card, PartitionFiles>,
): Promise<void> {
  const [onBoot, onRoot] = [path.join(folder, "boot"), path.join(folder, "root")];
  await writeFiles(onBoot, boot);
  await writeFiles(onRoot, root);
  const top = (await fs.readdir(onBoot)).map((name) => path.join(onBoot, name));
  if (top.length > 0) await runOrThrow("mcopy", ["-i", card.boot, "-s", "-o", "-Q", ...top, "::/"]);
  const commands = path.join(folder, "commands");
  const lines = Object.keys(root).flatMap((name) => [
    ...parentsOf(name).map((parent) => `mkdir /${parent}`),
    `write ${path.join(onRoot, name)} /${name}`,
  ]);
  await fs.writeFile(commands, `${lines.join("\n")}\n`);
  const said = await runOrThrow("debugfs", ["-w", "-f", commands, card.root]);
  // debugfs ends with 0 whatever happens.
  for (const [name, text] of Object.entries(root)) {
    const { stdout } = await promisify(execFile)("debugfs", ["-R", `cat /${name}`, card.root]);
    if (stdout !== text) throw new Error(`/${name} cannot be written to the card:\n${lastLines(said, 8)}`);
  }
}

/** Writes files to a folder of this machine, which is made if it is missing. */
export async function writeFiles(folder: string, files: PartitionFiles): Promise<void> {
  await fs.mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    await fs.mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await fs.writeFile(path.join(folder, name), text);
  }
}

/** a/b/c: a, a/b. */
function parentsOf(file: string): string[] {
  const names = path.dirname(file).split("/");
  return names.map((_, index) => names.slice(0, index + 1).join("/"));
}

/** A file of the boot partition of a card whose board is off; undefined if there is none. */
export async function readBootFile({ boot }: Card, file: string): Promise<string | undefined> {
  try {
    return (await promisify(execFile)("mtype", ["-i", boot, `::/${file}`])).stdout;
  } catch (error) {
    if (String(error).includes("not found")) return undefined;
    throw error;
  }
}
