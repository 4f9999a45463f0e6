// Programs that the set-up runs.
import { execa } from "execa";
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
  /** Standard output and error as they came, without the last line break. */
  output: string;
}

/** A compiler that does not end within this after SIGTERM does not mean to. */
const graceMs = 3_000;

/**
 * Runs a program without input and collects what it prints. It ends together with all that it has started, as
 * `go` starts compilers: on an abort, when the time is up, and with this process.
 *
 * @throws SetUpError if it cannot be started or takes longer than `limit`; the signal's reason on an abort. A
 *   non-zero exit code is not an error here.
 */
export async function run(
  command: string,
  args: readonly string[],
  { cwd, env = process.env, limit, signal, onLine }: RunOptions = {},
): Promise<Outcome> {
  signal?.throwIfAborted();
  const child = execa(command, args, {
    cwd,
    env,
    extendEnv: false,
    stdin: "ignore",
    all: true,
    reject: false,
    timeout: limit,
    cancelSignal: signal,
    killDescendants: true,
    forceKillAfterDelay: graceMs,
  });
  child.all.on("data", (chunk: Buffer) => onLine?.(lastLines(chunk.toString(), 1)));
  const { all, exitCode, signal: endedBy, timedOut, originalMessage } = await child;
  signal?.throwIfAborted();
  if (timedOut) throw new SetUpError(`${command} timed out after ${(limit ?? 0) / 1000} s`);
  const ended = exitCode ?? endedBy;
  if (ended === undefined) throw new SetUpError(`${command} cannot be run: ${originalMessage}`);
  return { ended, output: all };
}
