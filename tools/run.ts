// Programs that the set-up runs.
import { spawn, type ChildProcess } from "node:child_process";
import type { Readable } from "node:stream";
import { lastLines } from "./lines.ts";
import { SetUpError } from "./setUp.ts";

export interface RunOptions {
  cwd?: string;
  /** The whole environment; this process's own by default. */
  env?: NodeJS.ProcessEnv;
  /** Milliseconds after which the program is ended; no limit by default. */
  limit?: number;
  signal?: AbortSignal;
  /** Takes the last line each time there is output. */
  onLine?: (line: string) => void;
}

export interface Outcome {
  /** The exit code, or the name of the signal which ended it. */
  ended: number | NodeJS.Signals;
  /** Standard output and error as they came, the last 64 KiB. */
  output: string;
}

const keptOutput = 64 * 1024;
/** A compiler that does not end within this after SIGTERM does not mean to. */
const graceMs = 3_000;

/**
 * Runs a program without input and collects what it prints. It gets a process group of its own, so that the
 * compilers which `go` starts end together with it.
 *
 * @throws SetUpError if it cannot be started or takes longer than `limit`; the signal's reason on an abort. A
 *   non-zero exit code is not an error here.
 */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Outcome> {
  options.signal?.throwIfAborted();
  const { cwd, env } = options;
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const output = collect([child.stdout, child.stderr], options.onLine);
  const supervision = supervise(child, command, options);
  try {
    const ended = await exitOf(child, command);
    supervision.throwIfStopped();
    return { ended, output: output() };
  } finally {
    supervision.clear();
  }
}

/** Keeps the end of what comes, and returns it when called. */
function collect(streams: readonly Readable[], onLine: RunOptions["onLine"]): () => string {
  let output = "";
  for (const stream of streams) {
    stream.setEncoding("utf8");
    stream.on("data", (text: string) => {
      output = (output + text).slice(-keptOutput);
      onLine?.(lastLines(text, 1));
    });
  }
  return () => output;
}

function exitOf(child: ChildProcess, command: string): Promise<number | NodeJS.Signals> {
  return new Promise((resolve, reject) => {
    child.once("error", (error) => {
      reject(new SetUpError(`${command} cannot be run: ${error.message}`));
    });
    child.once("close", (code, signal) => {
      resolve(code ?? signal ?? "SIGKILL");
    });
  });
}

/** Ends the program's group when the time is up or the signal says so. */
function supervise(child: ChildProcess, command: string, { limit, signal }: RunOptions) {
  const timers: NodeJS.Timeout[] = [];
  let reason: Error | undefined;
  const stop = (why: Error): void => {
    reason ??= why;
    signalGroup(child.pid, "SIGTERM");
    timers.push(setTimeout(signalGroup, graceMs, child.pid, "SIGKILL"));
  };
  const onAbort = (): void => {
    stop(signal?.reason as Error);
  };
  signal?.addEventListener("abort", onAbort);
  if (limit !== undefined) {
    const tooLong = new SetUpError(`${command} did not end within ${limit / 1000} s`);
    timers.push(setTimeout(stop, limit, tooLong));
  }
  return {
    throwIfStopped(): void {
      if (reason !== undefined) throw reason;
    },
    clear(): void {
      timers.forEach(clearTimeout);
      signal?.removeEventListener("abort", onAbort);
    },
  };
}

function signalGroup(leader: number | undefined, signal: NodeJS.Signals): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, signal);
  } catch {
    // The whole group has ended in the meantime.
  }
}
