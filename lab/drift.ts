// `npm run drift` for the lab's stack, run where its engine works. Arguments: the folder of the stack.
import { LocalWorkspace, Stack } from "@pulumi/pulumi/automation/index.js";
import { main } from "../commands/drift/main.ts";
import { runCommand } from "../commands/run.ts";
import { findEngine } from "../tools/engine.ts";
import { engineOptions } from "../tools/pulumi.ts";

/** @param name of the stack, which is that of the lab's settings */
async function open(name: string, workDir: string): Promise<Stack> {
  const engine = await findEngine();
  if ("missing" in engine) throw new Error(engine.missing);
  const options = await engineOptions(engine.cli, { PULUMI_CONFIG_PASSPHRASE: "lab" });
  return Stack.select(name, await LocalWorkspace.create({ ...options, workDir }));
}

await runCommand(([workDir = ""], signal) => main(["lab"], signal, (name) => open(name, workDir)));
