// The card that every virtual board starts from.
import fs from "node:fs";
import path from "node:path";
import { type Architecture, suffixOf } from "./architecture.ts";
import { findBuilt, obtainBuilt, runOrThrow, type Recipe, type Surroundings } from "./built.ts";
import type { Card } from "./card.ts";

/** A fresh Debian card and what starts it. All paths are absolute. */
export type VirtualBoardImage = Readonly<ReturnType<typeof imageIn>>;

/** Debian's own address, which answers from a mirror near by. */
export const debianMirror = "http://deb.debian.org/debian";

/**
 * Debian trixie with its cloud kernel, systemd, timesyncd, networkd, netplan, OpenSSH, sudo and cloud-init, and no
 * container runtime: a card as it is after flashing. It has no user, SSH is off, and cloud-init looks for what the board
 * is to be where that of Raspberry Pi OS does. Built once (about two minutes, some 550 MB; for arm64 its programs are
 * emulated, which takes longer), then taken from the cache.
 *
 * @param architecture Default: amd64
 * @throws an Error with debootstrap's last lines
 */
export async function virtualBoardImage(
  surroundings?: Surroundings,
  architecture: Architecture = "amd64",
): Promise<VirtualBoardImage> {
  return imageIn(await obtainBuilt(card(architecture), surroundings), architecture);
}

/** The image for amd64 if it was built before. Looks only. */
export function builtImage(): VirtualBoardImage | undefined {
  const folder = findBuilt(card("amd64"));
  return folder === undefined ? undefined : imageIn(folder, "amd64");
}

function card(architecture: Architecture): Recipe {
  const download = fs.readFileSync(new URL("packages/debian.sh", import.meta.url), "utf8");
  return recipeOf(`card${suffixOf(architecture)}`, "image", { args: [architecture], others: [download] });
}

/**
 * What the build.sh of a folder beside this file makes of Debian's packages.
 *
 * @param more `args`: what it is called with after its folder and the mirror; `others`: ingredients besides that
 *   folder's files
 */
export function recipeOf(
  name: string,
  folder: string,
  { args = [], others = [] }: { args?: readonly string[]; others?: readonly string[] } = {},
): Recipe {
  const parts = path.join(import.meta.dirname, folder);
  const files = fs.readdirSync(parts).map((file) => fs.readFileSync(path.join(parts, file), "utf8"));
  return {
    name,
    ingredients: [debianMirror, ...args, ...others, ...files],
    build: (folder, surroundings) =>
      runOrThrow("sh", [path.join(parts, "build.sh"), folder, debianMirror, ...args], surroundings),
  };
}

function imageIn(folder: string, architecture: Architecture) {
  return {
    architecture,
    /** Sparse files: ext4 of 8 GiB and FAT of 256 MiB. Never written to: boards have copies of them. */
    card: { boot: path.join(folder, "boot.img"), root: path.join(folder, "root.img") } satisfies Card,
    /** Debian's kernel and initial file system, for QEMU. */
    kernel: path.join(folder, "vmlinuz"),
    initrd: path.join(folder, "initrd.img"),
    /** The folder of User-mode Linux, which there is for amd64 alone. */
    userMode: path.join(folder, "user-mode"),
    /** The key that the lab's cards let in. */
    privateKeyPath: path.join(folder, "id_ed25519"),
    /** dpkg's list of what is installed. */
    dpkgStatus: path.join(folder, "dpkg-status"),
  };
}
