// Commands that clean up behind them when the user ends them.
import os from "node:os";
import { SetUpError } from "./setUp.ts";

/**
 * Runs a command's work and aborts it on SIGINT, SIGTERM and SIGHUP.
 *
 * @param work has to end what it has started when the signal aborts, and then to throw its reason; it returns
 *   the exit code
 * @param tell shows the user an error
 * @returns the exit code: that of `work`; 1 after an error; 128 + n after signal n, as shells have it
 */
export async function untilInterrupted(
  work: (signal: AbortSignal) => Promise<number>,
  tell: (error: unknown) => void,
): Promise<number> {
  const abort = new AbortController();
  let received: NodeJS.Signals | undefined;
  const onSignal = (name: NodeJS.Signals): void => {
    received = name;
    abort.abort(new SetUpError(`interrupted by ${name}; no partial result is kept`));
  };
  const names = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const name of names) process.on(name, onSignal);
  try {
    return await work(abort.signal);
  } catch (error) {
    tell(error);
    return received === undefined ? 1 : 128 + os.constants.signals[received];
  } finally {
    for (const name of names) process.removeListener(name, onSignal);
  }
}
