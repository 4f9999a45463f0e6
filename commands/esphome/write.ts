import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import fs from "node:fs/promises";
import path from "node:path";
import { parse, stringify } from "yaml";
import type { SensorDevice } from "../../components/sensors/settings.ts";
import {
  authorizationSecret,
  esphomeYaml,
  type GatewayAddress,
  sharedSecrets,
} from "../../components/sensors/esphome.ts";
import { replaceFile } from "../../tools/replaceFile.ts";

/** What was written. */
export interface Written {
  readonly files: readonly string[];
  /** Keys of `secrets.yaml` whose values only the user knows. */
  readonly toFillIn: readonly string[];
}

/** What stands in `secrets.yaml` for a value that is not known yet. */
export const unknown = "FILL-IN";

/**
 * Writes each device's configuration, and the secrets that they name, which nobody but the user may read. What
 * the user has put into `secrets.yaml` stays.
 *
 * @param tokens the devices' tokens, as far as they are known
 */
export async function writeDevices(
  folder: string,
  devices: readonly SensorDevice[],
  gateway: GatewayAddress,
  tokens: Readonly<Record<string, string>>,
): Promise<Written> {
  await fs.mkdir(folder, { recursive: true, mode: 0o700 });
  const files: string[] = [];
  for (const device of devices) {
    const file = path.join(folder, `${device.name}.yaml`);
    await replaceFile(file, esphomeYaml(device, gateway));
    files.push(file);
  }
  const file = path.join(folder, "secrets.yaml");
  const before = existsSync(file)
    ? (parse(await fs.readFile(file, "utf8")) as Record<string, string> | null)
    : {};
  const secrets = secretsOf(devices, tokens, before ?? {});
  await replaceFile(file, stringify(secrets), 0o600);
  files.push(file);
  return { files, toFillIn: Object.keys(secrets).filter((key) => secrets[key] === unknown) };
}

function secretsOf(
  devices: readonly SensorDevice[],
  tokens: Readonly<Record<string, string>>,
  before: Readonly<Record<string, string>>,
): Record<string, string> {
  const made = { ota_password: randomBytes(16).toString("hex") };
  const shared = sharedSecrets.map((key) => [key, unknown] as const);
  const own = devices
    .filter(({ transport }) => transport === "http")
    .map((device) => [authorizationSecret(device), unknown] as const);
  const known = devices.flatMap((device) => {
    const token = tokens[device.name];
    return token === undefined ? [] : [[authorizationSecret(device), `Bearer ${token}`] as const];
  });
  return { ...Object.fromEntries([...shared, ...own]), ...made, ...before, ...Object.fromEntries(known) };
}
