// What comes before a board's kernel: the firmware, as far as the kernel's command line goes.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { runOrThrow } from "./built.ts";
import type { Machine } from "./machine.ts";

const cmdlineFile = "/boot/firmware/cmdline.txt";

/** The kernel's command line for this start, without what the kind of machine adds. */
export async function kernelCommandLine(machine: Machine): Promise<string> {
  const { disk, clockOffset } = machine;
  const line = await readFromCard(disk, cmdlineFile);
  const clock = Math.round(Date.now() / 1000) + clockOffset;
  return [
    ...(line === undefined ? [] : [asRaspberryPi(line)]),
    ...(clockOffset === 0 ? [] : [`lab.clock=${clock}`]),
    // No kernel message but the gravest, and the end of the machine instead of a panic that lasts.
    ...["ro", "panic=-1", "loglevel=4"],
  ].join(" ");
}

/**
 * The command line that a Raspberry Pi's firmware makes of cmdline.txt: its first line, with
 * cgroup_disable=memory in front. The Raspberry Pi's kernel lets a later cgroup_enable=memory undo that; others
 * know only the first, so here it is left out then.
 */
export function asRaspberryPi(cmdline: string): string {
  const line = cmdline.split(/\r?\n/, 1)[0] ?? "";
  return line.split(" ").includes("cgroup_enable=memory") ? line : `cgroup_disable=memory ${line}`;
}

/** A file of a card whose board is off; undefined if there is none. */
export async function readFromCard(disk: string, file: string): Promise<string | undefined> {
  // After a power cut the file's latest content may stand in the journal only. 1: something was mended.
  await runOrThrow("e2fsck", ["-p", "-E", "journal_only", disk], { accept: [0, 1] });
  const { stdout, stderr } = await promisify(execFile)("debugfs", ["-R", `cat ${file}`, disk]);
  return stderr.includes("File not found") ? undefined : stdout;
}
