import { untilInterrupted } from "../tools/interruption.ts";
import { complaintOf } from "../tools/pulumi.ts";

/** Runs a command with this process's arguments until it is done or interrupted, and sets the exit code. */
export async function runCommand(
  main: (args: readonly string[], signal: AbortSignal) => Promise<number>,
): Promise<void> {
  process.exitCode = await untilInterrupted(
    (signal) => main(process.argv.slice(2), signal),
    (error) => {
      console.error(complaintOf(error));
    },
  );
}
