import { readFileSync } from "node:fs";
import path from "node:path";
import { settingsOfFile } from "../../settings/settings.ts";
import { complaintOf } from "../../tools/pulumi.ts";
import { openStack, runCommand } from "../run.ts";
import { gatewayAddressOf, writeDevices } from "./write.ts";

const usage =
  "npm run esphome -- STACK    writes an ESPHome configuration for each device: npm run esphome -- home";

const requirements = readFileSync(new URL("requirements.txt", import.meta.url), "utf8");

/**
 * The command line that writes the devices' configurations.
 *
 * @param devicesFolder where each stack gets a folder. Default: `devices` in the working directory
 * @param readTokens how the tokens of a stack are had
 * @returns the exit code: 0, or 2 on wrong arguments
 */
export async function main(
  args: readonly string[],
  devicesFolder = "devices",
  readTokens = tokensOf,
): Promise<number> {
  const [stack] = args;
  if (args.length !== 1 || stack === undefined || stack.startsWith("-")) {
    console.error(usage);
    return 2;
  }
  const settings = settingsOfFile(stack).settings;
  const devices = settings.sensors?.devices ?? [];
  if (devices.length === 0) {
    console.log(`The stack ${stack} has no devices: add some to bramble:sensors.devices (docs/sensors.md).`);
    return 0;
  }
  const tokens = await readTokens(stack);
  const folder = path.join(devicesFolder, stack);
  const { files, toFillIn } = await writeDevices(folder, devices, gatewayAddressOf(settings), tokens.values);
  for (const file of files) console.log(`wrote ${file}`);
  if (tokens.why !== undefined) console.log(`\nThe devices' tokens are not available: ${tokens.why}`);
  if (toFillIn.length > 0) {
    console.log(`\nFill in ${path.join(folder, "secrets.yaml")}: ${toFillIn.join(", ")}`);
  }
  console.log(`\n${flashing(folder, devices[0]?.name ?? "")}`);
  return 0;
}

function flashing(folder: string, first: string): string {
  return [
    "Then, with Python 3.11 or newer, for each device, the first time with a USB cable:",
    `  pip install ${/^esphome==\S+$/m.exec(requirements)?.[0] ?? "esphome"}`,
    `  esphome run ${path.join(folder, `${first}.yaml`)}`,
    "Later changes go over Wi-Fi with the same command.",
  ].join("\n");
}

/**
 * The tokens that `pulumi up` made for a stack's devices. Nothing is printed, least of all the tokens.
 *
 * @returns `values`: the tokens by the devices' names; if they could not be had, `why`
 */
async function tokensOf(stack: string): Promise<{ values: Record<string, string>; why?: string }> {
  try {
    const { sensorsTokens } = await (await openStack(stack)).outputs();
    if (sensorsTokens === undefined) throw new Error(`the stack ${stack} has no output sensorsTokens.`);
    return { values: sensorsTokens.value as Record<string, string> };
  } catch (error) {
    const after = `To create them, run: npx pulumi up -s ${stack} --policy-pack policy`;
    return { values: {}, why: `${complaintOf(error)} ${after}` };
  }
}

if (import.meta.main) await runCommand((args) => main(args));
