import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gatewayAddressOf } from "./gatewayAddress.ts";
import { settingsOfFile } from "../../settings/settings.ts";
import { tokensOf } from "./tokens.ts";
import { writeDevices } from "./write.ts";

const usage =
  "npm run esphome -- STACK    writes an ESPHome configuration for each device: npm run esphome -- home";

/** ESPHome in requirements.txt: `esphome==…`. */
export const esphomeRequirement = pinnedEsphome();

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
    `  pip install ${esphomeRequirement}`,
    `  esphome run ${path.join(folder, `${first}.yaml`)}`,
    "Later changes go over Wi-Fi with the same command.",
  ].join("\n");
}

function pinnedEsphome(): string {
  const text = readFileSync(fileURLToPath(new URL("requirements.txt", import.meta.url)), "utf8");
  return /^esphome==\S+$/m.exec(text)?.[0] ?? "esphome";
}
