// What the lab needs of this machine, and which kind of machine boards are here.
import fs from "node:fs/promises";
import { findExecutable } from "../tools/executable.ts";
import type { Architecture } from "./architecture.ts";
import type { Card } from "./card.ts";
import type { Disk } from "./disk.ts";
import type { VirtualBoardImage } from "./image.ts";
import type { Plug } from "./network.ts";

/**
 * A board's machine: User-mode Linux, a kernel that runs as a program, nearly at this machine's speed; or QEMU,
 * which is as fast only where the processor virtualises.
 */
export type MachineKind = "userMode" | "qemu";

/** The machine of a board. */
export interface Machine {
  readonly kind: MachineKind;
  /** MiB. */
  readonly ram: number;
  readonly image: VirtualBoardImage;
  /** The board's own folder. */
  readonly folder: string;
  /** The board's own card. */
  readonly card: Card;
  /** What is plugged in besides the card; undefined if nothing is. */
  readonly disk?: Disk | undefined;
  readonly plug: Plug;
  /** Seconds by which the board's clock is ahead of this machine's at each start. */
  readonly clockOffset: number;
  /** The file that what the board writes to its console is added to. */
  readonly console: string;
}

/** The variable of the environment that chooses the kind: BRAMBLE_LAB_MACHINE=qemu. */
const choice = "BRAMBLE_LAB_MACHINE";

/**
 * The kind of machine for boards: QEMU where the processor virtualises or must be emulated, else User-mode Linux.
 *
 * @throws an Error if $BRAMBLE_LAB_MACHINE names no kind
 */
export async function usualMachine(architecture: Architecture = "amd64"): Promise<MachineKind> {
  if (architecture !== "amd64") return "qemu";
  const chosen = process.env[choice] ?? "";
  if (chosen === "qemu" || chosen === "userMode") return chosen;
  if (chosen !== "") throw new Error(`${choice} is "${chosen}"; it can be qemu or userMode`);
  return (await virtualises()) ? "qemu" : "userMode";
}

/** Each program the lab runs, and the Debian package that brings it. */
const programs = {
  "qemu-system-x86_64": "qemu-system-x86",
  patchelf: "patchelf",
  debootstrap: "debootstrap",
  mke2fs: "e2fsprogs",
  debugfs: "e2fsprogs",
  mcopy: "mtools",
  mtype: "mtools",
  "dpkg-deb": "dpkg",
  "apt-get": "apt",
  gpg: "gnupg",
  gcc: "gcc",
  make: "make",
  flex: "flex",
  bison: "bison",
  bc: "bc",
  ip: "iproute2",
  nsenter: "util-linux",
  xz: "xz-utils",
  ssh: "openssh-client",
  "ssh-keygen": "openssh-client",
  tar: "tar",
};

/**
 * Why no virtual board can be started here, in one line that says what to do; undefined if one can.
 *
 * Linux on amd64 only: the image is Debian for the machine's own processor, and only amd64 was tried. Root,
 * because of the files' owners on the card and the boards' network.
 */
export async function labFault(): Promise<string | undefined> {
  if (process.platform !== "linux" || process.arch !== "x64")
    return `virtual boards need Linux on amd64, this is ${process.platform} on ${process.arch}`;
  if (process.getuid?.() !== 0) return "virtual boards need root, to create their network and cards";
  return missingPrograms("virtual boards need", programs);
}

/**
 * What is missing of these programs, and how to install it; undefined if nothing is.
 *
 * @param needed the Debian package of each program
 */
export async function missingPrograms(
  whoNeeds: string,
  needed: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const names = Object.keys(needed);
  const found = await Promise.all(names.map((name) => findExecutable(name, process.env.PATH ?? "")));
  const missing = names.filter((_, index) => found[index] === undefined);
  if (missing.length === 0) return undefined;
  const packages = [...new Set(missing.map((program) => needed[program]))];
  return `${whoNeeds} ${missing.join(", ")}: apt-get install ${packages.join(" ")}`;
}

/**
 * Whether QEMU can use the processor itself. The processor's flag counts, and not /dev/kvm alone: inside some virtual
 * machines that device is there without the flag, and a distribution's kernel dies on it with "KVM internal error …
 * emulation failure".
 */
export async function virtualises(): Promise<boolean> {
  const flags = /^flags\s*:.*$/m.exec(await fs.readFile("/proc/cpuinfo", "utf8"))?.[0] ?? "";
  if (!/\b(vmx|svm)\b/.test(flags)) return false;
  return fs.access("/dev/kvm", fs.constants.R_OK | fs.constants.W_OK).then(
    () => true,
    () => false,
  );
}
