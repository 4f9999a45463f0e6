// The switch of a board's machine: on, restarts from inside, off.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs/promises";
import { readBootFile } from "./card.ts";
import type { Machine } from "./machine.ts";
import { programOf, type Program } from "./machineKinds.ts";
import { dieWithParent } from "./network.ts";

/** A machine that is switched on. */
export type RunningMachine = ReturnType<typeof switchOn>;

/** Switches a machine on. When the board restarts, its firmware does its work anew. It ends with this process. */
export function switchOn(machine: Machine) {
  let child: ChildProcess | undefined;
  let isPulled = false;
  const off = (async () => {
    for (;;) {
      const logged = await sizeOf(machine.console);
      const program = await programOf(machine, await kernelCommandLine(machine));
      if (isPulled as boolean) return "";
      child = await start(machine, program);
      const said = await endOf(child);
      if ((isPulled as boolean) || !(await hasRestarted(machine.console, logged))) return said;
    }
  })();
  // Whoever awaits it learns of a failure; nobody may be awaiting it when it comes.
  off.catch(() => undefined);
  return {
    /** Of the machine's process; another one after a restart. */
    get pid() {
      return child?.pid ?? 0;
    },
    /** Resolves when it is off, whoever switched it off, to what the machine's program itself had to say. */
    off,
    /** Switches it off as pulling the plug does: what the board has not flushed to its card is lost. */
    pullPlug: () => {
      isPulled = true;
      child?.kill("SIGKILL");
    },
  };
}

async function start({ plug, console: log }: Machine, { command, cwd, env }: Program): Promise<ChildProcess> {
  const [first = "", ...rest] = [...plug.enter, ...dieWithParent, ...command];
  const output = await fs.open(log, "a");
  try {
    return spawn(first, rest, { cwd, env, stdio: ["ignore", output.fd, "pipe"] });
  } finally {
    await output.close();
  }
}

/** What it said on standard error, once none of its processes is left. */
function endOf(child: ChildProcess): Promise<string> {
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-4096)));
  return once(child, "close").then(
    () => said,
    (error: unknown) => String(error),
  );
}

/** A kernel's last words before a restart, which it says whatever its log level. */
async function hasRestarted(log: string, from: number): Promise<boolean> {
  const file = await fs.readFile(log);
  return file.subarray(from).toString("latin1").includes("reboot: Restarting system");
}

async function sizeOf(file: string): Promise<number> {
  return (await fs.stat(file).catch(() => undefined))?.size ?? 0;
}

/**
 * What comes before a board's kernel, the firmware, as far as the kernel's command line goes: that for this start,
 * without what the kind of machine adds.
 */
async function kernelCommandLine(machine: Machine): Promise<string> {
  const { card, clockOffset } = machine;
  const line = await readBootFile(card, "cmdline.txt");
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
function asRaspberryPi(cmdline: string): string {
  const line = cmdline.split(/\r?\n/, 1)[0] ?? "";
  return line.split(" ").includes("cgroup_enable=memory") ? line : `cgroup_disable=memory ${line}`;
}
