import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const shell = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const mebi = 2 ** 20;

export interface Limiter {
  /** Sets MiB. Returns false, and does nothing, while the last limit is being written. */
  set: (limit: number) => boolean;
  stop: () => Promise<void>;
}

/**
 * Changes a control group's limit of memory. A lower limit makes the kernel reclaim pages in the process that writes it,
 * and compress them: so that process is in the group, and what it takes is taken from the group's share of the processors,
 * as on a board.
 *
 * @param file the file of the limit
 * @param procs the cgroup.procs files of the groups whose processors are taken
 */
export function limiter(file: string, procs: readonly string[]): Limiter {
  let child: ReturnType<typeof start> | undefined;
  let isBusy = false;
  const start = () => {
    const started = spawn("sh", [shell("enter.sh"), ...procs, "--", "sh", shell("limiter.sh"), file], {
      stdio: ["pipe", "pipe", "ignore"],
    });
    started.stdout.on("data", () => (isBusy = false));
    // The kernel may end it, as anything in a group that is out of memory.
    started.stdin.on("error", () => undefined);
    started.once("close", () => {
      isBusy = false;
      child = undefined;
    });
    return started;
  };
  return {
    set: (limit) => {
      if (isBusy) return false;
      child ??= start();
      isBusy = true;
      child.stdin.write(`${limit * mebi}\n`);
      return true;
    },
    stop: async () => {
      if (child === undefined) return;
      const closed = once(child, "close");
      child.kill("SIGKILL");
      await closed;
    },
  };
}
