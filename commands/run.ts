// What commands about one of the user's stacks have in common.
import { LocalWorkspace, Stack } from "@pulumi/pulumi/automation/index.js";
import { fileURLToPath } from "node:url";
import { enginePlace } from "../tools/engine.ts";
import { untilInterrupted } from "../tools/interruption.ts";
import { obtainCli } from "../tools/obtainEngine.ts";
import { complaintOf, engineOptions } from "../tools/pulumi.ts";
import { providePassphrase } from "./passphrase.ts";

const workDir = fileURLToPath(new URL("..", import.meta.url));

/** Runs a command with this process's arguments until it is done or interrupted, and sets the exit code. */
export async function runCommand(
  main: (args: readonly string[], signal: AbortSignal) => Promise<number>,
): Promise<void> {
  process.exitCode = await untilInterrupted(
    (signal) => main(process.argv.slice(2), signal),
    (error) => console.error(complaintOf(error)),
  );
}

/**
 * One of the user's stacks. Which one `pulumi stack select` has chosen stays so.
 *
 * @throws what {@link providePassphrase} throws
 */
export async function openStack(name: string): Promise<Stack> {
  await providePassphrase(name);
  const cli = await obtainCli(enginePlace());
  const workspace = await LocalWorkspace.create({ ...(await engineOptions(cli)), workDir });
  // Every call of the API names its stack, too.
  workspace.selectStack = () => Promise.resolve();
  return Stack.select(name, workspace);
}
