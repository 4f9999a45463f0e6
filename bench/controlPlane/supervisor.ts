// What the kubelet does for static pods: starts a program again when it has ended.
import { type ChildProcess, spawn, type SpawnOptions } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Program } from "./programs.ts";

const enter = fileURLToPath(new URL("enter.sh", import.meta.url));

/** Seconds before a program is started again: the kubelet's, doubled at each time up to five minutes. */
const firstBackOff = 10;
const lastBackOff = 300;

/**
 * Starts a program inside control groups. It ends with this process.
 *
 * @param procs the cgroup.procs files of the groups
 */
export function startInGroups(
  procs: readonly string[],
  file: string,
  args: readonly string[],
  options: SpawnOptions = { stdio: "ignore" },
): ChildProcess {
  return spawn("sh", [enter, ...procs, "--", file, ...args], options);
}

export type Supervised = ReturnType<typeof supervise>;

/**
 * Keeps a program running.
 *
 * @param procs the cgroup.procs files of the groups that it runs in
 * @param folder gets its log
 */
export function supervise(program: Program, procs: readonly string[], folder: string) {
  const log = fs.openSync(path.join(folder, `${program.name}.log`), "a");
  let child: ChildProcess;
  let timer: NodeJS.Timeout | undefined;
  let restarts = 0;
  let backOff = firstBackOff;
  let stopped = false;
  let ended: Promise<void>;

  const start = (): void => {
    child = startInGroups(procs, program.file, program.args, {
      env: { PATH: process.env.PATH, ...program.env },
      stdio: ["ignore", log, log],
    });
    ended = new Promise((resolve) => {
      child.once("close", () => {
        resolve();
        if (stopped) return;
        restarts++;
        timer = setTimeout(start, backOff * 1000);
        backOff = Math.min(2 * backOff, lastBackOff);
      });
    });
  };
  start();
  return {
    name: program.name,
    /** How often it has ended, to be started again. */
    restarts: () => restarts,
    /** The process now, if one runs. */
    pid: () => (child.exitCode === null && child.signalCode === null ? child.pid : undefined),
    /** Ends it for good. */
    async stop() {
      stopped = true;
      clearTimeout(timer);
      child.kill("SIGKILL");
      await ended;
      fs.closeSync(log);
    },
  };
}
