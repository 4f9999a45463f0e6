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
import { sensorGateway } from "../../components/sensors/gatewayWorkload.ts";
import type { Settings } from "../../settings/schema.ts";
import { replaceFile } from "../../tools/replaceFile.ts";

/** Where the settings have devices send their readings. */
export function gatewayAddressOf({ sensors, domain, boards }: Settings): GatewayAddress {
  const board = boards.find(({ name }) => name === sensors?.board);
  return {
    url: `https://${sensors?.host ?? ""}.${domain}/readings`,
    ...(board && { statsd: { host: board.host, port: sensorGateway.statsdNodePort } }),
  };
}

/** What stands in `secrets.yaml` for a value that is not known yet. */
export const unknown = "FILL-IN";

/**
 * Writes each device's configuration, and the secrets that they name, which nobody but the user may read. What
 * the user has put into `secrets.yaml` stays.
 *
 * @param tokens the devices' tokens, as far as they are known
 * @returns `files`: what was written; `toFillIn`: keys of `secrets.yaml` whose values only the user knows
 */
export async function writeDevices(
  folder: string,
  devices: readonly SensorDevice[],
  gateway: GatewayAddress,
  tokens: Readonly<Record<string, string>>,
) {
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
  const secrets: Record<string, string> = {};
  const own = devices.filter(({ transport }) => transport === "http").map(authorizationSecret);
  for (const key of [...sharedSecrets, ...own]) secrets[key] = unknown;
  Object.assign(secrets, { ota_password: randomBytes(16).toString("hex") }, before);
  for (const device of devices) {
    const token = tokens[device.name];
    if (token !== undefined) secrets[authorizationSecret(device)] = `Bearer ${token}`;
  }
  await replaceFile(file, stringify(secrets), 0o600);
  files.push(file);
  return { files, toFillIn: Object.keys(secrets).filter((key) => secrets[key] === unknown) };
}
