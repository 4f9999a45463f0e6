// A command about one of the user's stacks, for the lab's, run where its engine works. Arguments: its name, and the folder
// of the stack.
import { LocalWorkspace, Stack } from "@pulumi/pulumi/automation/index.js";
import { showExpiry } from "../commands/check/expiry/main.ts";
import { main as drift } from "../commands/drift/main.ts";
import { runCommand } from "../commands/run.ts";
import { findEngine } from "../tools/engine.ts";
import { engineOptions } from "../tools/pulumi.ts";

/** Name of the stack, which is that of the lab's settings. */
const stack = "lab";

/** Opens the stack in a folder. */
const openIn = (workDir: string) => async (name: string) => {
  const engine = await findEngine();
  if ("missing" in engine) throw new Error(engine.missing);
  const options = await engineOptions(engine.cli, { PULUMI_CONFIG_PASSPHRASE: "lab" });
  return Stack.select(name, await LocalWorkspace.create({ ...options, workDir }));
};

await runCommand(([command, workDir = ""], signal) =>
  command === "drift" ? drift([stack], signal, openIn(workDir)) : showExpiry(stack, openIn(workDir)),
);
