import { MemoryBudgetError } from "../../components/capacity/memoryBudget.ts";
import { SettingsError } from "../../settings/errors.ts";
import { settingsOfFile } from "../../settings/settings.ts";
import { hasStackFile } from "../../settings/stackFile.ts";
import { askHidden, InterruptedError } from "../askHidden.ts";
import { SecretNotStoredError, setSecret } from "../secret.ts";
import { checkSettings, isFine } from "./check.ts";
import { setSecrets } from "./setSecrets.ts";
import { findingsText } from "./text.ts";

const usage = `npm run check -- home                  check the settings in stacks/Pulumi.home.yaml, their memory budget and policies
npm run check -- home --expiry         what ends when, and what renews it: certificates, keys, tokens; reads on the boards
npm run check -- home --set-secrets    first ask for each secret that is not set yet, and encrypt it into that file`;

/**
 * The command line of the check.
 *
 * @param args what stands behind `npm run check --`
 * @returns the exit code: 0 if nothing forbids a deployment, or with `--expiry` if all is known and renewed in time; 1 on
 *   an error, 2 on wrong arguments, 130 if the user ends
 *   a question
 */
export async function main(args: readonly string[]): Promise<number> {
  const [stack, flag, ...others] = args;
  const isStack = stack !== undefined && /^[\w.-]+$/.test(stack) && hasStackFile(stack);
  const [unknown] = flag === "--set-secrets" || flag === "--expiry" ? others : args.slice(1);
  if (!isStack || unknown !== undefined) {
    const missing = stack === undefined ? "which stack?" : `there is no stacks/Pulumi.${stack}.yaml`;
    console.error(`${isStack ? `unknown argument "${unknown ?? ""}"` : missing}\n\n${usage}`);
    return 2;
  }
  if (flag === "--expiry") {
    // Pulumi's engine, which nothing else of this command needs.
    const { showExpiry } = await import("./expiry/main.ts");
    return showExpiry(stack);
  }
  try {
    if (flag !== undefined && !(await askForSecrets(stack))) return 2;
    const findings = await checkSettings(stack, settingsOfFile(stack));
    console.log(findingsText(stack, findings));
    return isFine(findings) ? 0 : 1;
  } catch (error) {
    if (error instanceof InterruptedError) {
      console.error("interrupted: what was stored before stays. Run the command again for the rest.");
      return 130;
    }
    const isPlain = [SettingsError, MemoryBudgetError, SecretNotStoredError].some(
      (type) => error instanceof type,
    );
    console.error(isPlain ? (error as Error).message : error);
    return 1;
  }
}

/** @returns whether there is a terminal to ask on */
async function askForSecrets(stack: string): Promise<boolean> {
  const secrets = settingsOfFile(stack).unset.filter(({ secret }) => secret);
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    const commands = secrets.map(({ command }) => `  ${command}`);
    console.error(["--set-secrets needs a terminal. The same by single commands:", ...commands].join("\n"));
    return false;
  }
  const say = (line: string) => console.log(line);
  const store = (path: string, value: string) => setSecret(stack, path, value);
  const skipped = await setSecrets(secrets, { ask: askHidden, say, store });
  if (secrets.length === 0) say("All secrets are set.");
  if (skipped.length > 0) say(`Skipped: ${skipped.join(", ")}.`);
  return true;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
