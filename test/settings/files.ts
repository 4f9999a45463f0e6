import { parse, stringify } from "yaml";
import { type SettingError, SettingsError } from "../../settings/errors.ts";
import { settingsOf } from "../../settings/settings.ts";
import type { StackConfig } from "../../settings/stackFile.ts";

export type Config = Record<string, unknown>;
export type Change = (config: Config) => void;

/** A public host key of the right form, another for each number. */
export function hostKeyOf(number: number): string {
  const part = (bytes: Buffer) => [Buffer.from([0, 0, 0, bytes.length]), bytes];
  const key = Buffer.alloc(32);
  key.writeUInt16BE(number);
  const blob = Buffer.concat([...part(Buffer.from("ssh-ed25519")), ...part(key)]);
  return `ssh-ed25519 ${blob.toString("base64")}`;
}

/** The settings file of a small cluster that is right in every point, with one change, as text. */
export function file(change: Change = () => undefined): string {
  const config: Config = {
    "bramble:boards": [
      {
        name: "pi4-1",
        model: "rpi-4b-2gb",
        role: "controlPlane",
        host: "192.168.1.10",
        hostKey: hostKeyOf(1),
      },
      {
        name: "pi3-1",
        model: "rpi-3b",
        role: "worker",
        host: "192.168.1.11",
        hostKey: hostKeyOf(2),
      },
      {
        name: "pi3-2",
        model: "rpi-3b",
        role: "worker",
        host: "192.168.1.12",
        hostKey: hostKeyOf(3),
      },
    ],
    "bramble:cluster": {},
    "bramble:domain": "home.example.com",
    "bramble:ingress": { board: "pi3-1" },
    "bramble:dns": { apiToken: "t".repeat(40) },
    "bramble:storage": { board: "pi3-2" },
    "bramble:gogs": {},
    "bramble:datadog": { apiKey: "0".repeat(32) },
    "bramble:sensors": {},
  };
  change(config);
  return stringify({ config });
}

export const board = (config: Config, i: number) => (config["bramble:boards"] as Config[])[i]!;
export const section = (config: Config, name: string) => config[`bramble:${name}`] as Config;
/** Sets what is in a section, without what was there of the same name. */
export const set =
  (name: string, values: Config): Change =>
  (config) =>
    void (config[`bramble:${name}`] = { ...section(config, name), ...values });
export const setBoard =
  (i: number, values: Config): Change =>
  (config) =>
    void Object.assign(board(config, i), values);
export const leaveOut =
  (...names: string[]): Change =>
  (config) => {
    for (const name of names) Reflect.deleteProperty(config, `bramble:${name}`);
  };

/** The errors of a settings file. */
export function errorsOf(text: string): readonly SettingError[] {
  const { config } = parse(text) as { config: StackConfig };
  return errorsIn(() => settingsOf("home", config, () => true));
}

/** The errors that are thrown where settings are read. */
export function errorsIn(read: () => unknown): readonly SettingError[] {
  try {
    read();
    return [];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.errors;
  }
}
