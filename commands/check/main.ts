import { MemoryBudgetError } from "../../components/capacity/memoryBudget.ts";
import { SettingsError } from "../../settings/errors.ts";
import { settingsOfFile } from "../../settings/settings.ts";
import { hasStackFile } from "../../settings/stackFile.ts";
import { checkSettings, isFine } from "./check.ts";
import { findingsText } from "./text.ts";

const usage =
  "npm run check -- home     check the settings in stacks/Pulumi.home.yaml, their memory budget and policies";

/**
 * The command line of the check.
 *
 * @param args what stands behind `npm run check --`
 * @returns the exit code: 0 if nothing forbids a deployment, 1 on a fault, 2 on wrong arguments
 */
export async function main(args: readonly string[]): Promise<number> {
  const [stack, ...others] = args;
  if (stack === undefined || others.length > 0 || !/^[\w.-]+$/.test(stack) || !hasStackFile(stack)) {
    const why = stack === undefined ? "which stack?" : `there is no stacks/Pulumi.${args.join(" ")}.yaml`;
    console.error(`${why}\n\n${usage}`);
    return 2;
  }
  try {
    const findings = await checkSettings(stack, settingsOfFile(stack));
    console.log(findingsText(stack, findings));
    return isFine(findings) ? 0 : 1;
  } catch (error) {
    const isPlain = error instanceof SettingsError || error instanceof MemoryBudgetError;
    console.error(isPlain ? error.message : error);
    return 1;
  }
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
