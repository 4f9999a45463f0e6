import { LocalWorkspace, Stack } from "@pulumi/pulumi/automation/index.js";
import { fileURLToPath } from "node:url";
import { enginePlace } from "../tools/engine.ts";
import { obtainCli } from "../tools/obtainEngine.ts";
import { engineOptions } from "../tools/pulumi.ts";

const workDir = fileURLToPath(new URL("..", import.meta.url));

/** One of the user's stacks. Which one `pulumi stack select` has chosen stays so. */
export async function openStack(name: string): Promise<Stack> {
  const cli = await obtainCli(enginePlace());
  const workspace = await LocalWorkspace.create({ ...(await engineOptions(cli)), workDir });
  // Every call of the API names its stack, too.
  workspace.selectStack = () => Promise.resolve();
  return Stack.select(name, workspace);
}
