import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { BootstrapPlan } from "../../../components/board/phases.ts";
import { bootstrapPhases } from "../../../components/board/phases.ts";
import { type Files, type Programs, ScratchBoard } from "./scratchBoard.ts";

const real = (name: string) => spawnSync("which", [name], { encoding: "utf8" }).stdout.trim();
const needed = [
  "unshare",
  "nsenter",
  "losetup",
  "mkfs.ext4",
  "e2label",
  "wipefs",
  "blkid",
  "lsblk",
  "findmnt",
];

function reasonWithout(): string {
  if (process.getuid?.() !== 0) return "only root mounts disks";
  const missing = needed.filter((name) => real(name) === "");
  if (missing.length > 0) return `not on PATH: ${missing.join(", ")}`;
  const { status } = spawnSync("losetup", ["--find"]);
  return status === 0 ? "" : "there are no loop devices";
}

/** systemctl after a boot without the disk: nothing runs that has not been started. */
export const nothingRuns: Programs = {
  systemctl: `case "$*" in start*) touch "$ROOT/started-$2" ;; *is-active*) [ -e "$ROOT/started-\${!#}" ] ;; esac`,
};

/** Why no disk can be mounted here; empty if one can. */
export const noDisk = reasonWithout();

function must(command: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${stderr}`);
  return stdout.trim();
}

/** A disk that the kernel knows: a file of so many MiB behind a loop device. */
export class RealDisk {
  // In RAM, where there is such a folder: formatting waits for what is written.
  readonly #folder = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "disk-"));
  readonly device: string;

  constructor(mebibytes = 32) {
    const file = join(this.#folder, "disk");
    writeFileSync(file, "");
    truncateSync(file, mebibytes * 2 ** 20);
    this.device = must("losetup", "--find", "--show", "--partscan", file);
  }

  /** LABEL, UUID or TYPE of its file system, by its own bytes. */
  tag(name: "LABEL" | "UUID" | "TYPE"): string {
    const args = ["--probe", "--match-tag", name, "--output", "value", this.device];
    return spawnSync("blkid", args, { encoding: "utf8" }).stdout.trim();
  }

  run(command: string, ...args: string[]): string {
    return must(command, ...args, this.device);
  }

  remove(): void {
    spawnSync("losetup", ["--detach", this.device]);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A scratch board whose mounts are real, in a namespace of their own. */
export class DiskBoard extends ScratchBoard {
  #keeper: ChildProcess | undefined;

  constructor(files: Files = {}, programs: Programs = {}) {
    const outside = { mount: `exec ${real("mount")} "$@"`, udevadm: "" };
    const boot = {
      "etc/fstab": "UUID=1 / ext4 defaults,noatime 0 1\n",
      "etc/os-release": 'ID=debian\nVERSION_ID="13"\nVERSION_CODENAME=trixie\n',
    };
    super({ ...boot, ...files }, { ...outside, ...programs });
    this.boot();
  }

  /** As after a power cut: what is mounted is only what a boot mounts, here nothing. */
  boot(): void {
    this.#keeper?.kill("SIGKILL");
    const ready = mkdtempSync(join(tmpdir(), "ready-"));
    const script = `mount --make-rprivate / && touch ${ready}/yes && exec sleep 600`;
    this.#keeper = spawn("unshare", ["--mount", "sh", "-c", script], { stdio: "ignore" });
    must("sh", "-c", `for i in $(seq 200); do [ -e ${ready}/yes ] && exit 0; sleep 0.05; done; exit 1`);
    rmSync(ready, { recursive: true });
    this.enter = ["nsenter", `--mount=/proc/${String(this.#keeper.pid)}/ns/mnt`];
  }

  /** A shell command among the board's mounts, in its root. */
  shell(command: string): string {
    return must(this.enter[0]!, ...this.enter.slice(1), "sh", "-c", `cd ${this.root} && ${command}`);
  }

  /** Connects a disk under a name. */
  attach(id: string, disk: RealDisk): void {
    const link = join(this.root, "dev/disk/by-id", id);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(disk.device, link);
  }

  detach(id: string): void {
    rmSync(join(this.root, "dev/disk/by-id", id));
  }

  /** Runs the phase disk, which does not wait for one that is missing. */
  disk(plan: BootstrapPlan, verb: "apply" | "check" | "remove" = "apply") {
    return this.runScript(diskScript(plan), verb);
  }

  override remove(): void {
    this.#keeper?.kill("SIGKILL");
    super.remove();
  }
}

/** The script of the phase disk. */
export function diskScript(plan: BootstrapPlan, phase: "disk" | "inspect" = "disk"): string {
  const { script } = bootstrapPhases(plan).find((one) => one.phase === phase)!;
  return script.replace(/^DISK_WAIT=.*$/m, "DISK_WAIT=0");
}
