import type { SettingError } from "../../settings/errors.ts";
import { settingsOf } from "../../settings/settings.ts";
import { errorsIn } from "./files.ts";

export type Config = Record<string, unknown>;

/** Settings of a small cluster that are right in every point, with one change. */
export function settings(change: (config: Config) => void = () => undefined): Config {
  const config: Config = {
    "bramble:boards": [
      { name: "pi4-1", model: "rpi-4b-2gb", role: "controlPlane", host: "192.168.1.10" },
      { name: "pi3-1", model: "rpi-3b", role: "worker", host: "192.168.1.11" },
    ],
    "bramble:cluster": { kubeconfig: "kubeconfig.home" },
    "bramble:domain": "home.example.com",
    "bramble:ingress": { board: "pi3-1", acme: { email: "me@example.com" } },
    "bramble:dns": { apiToken: "t".repeat(40) },
    "bramble:storage": { board: "pi3-1" },
    "bramble:gogs": {},
    "bramble:datadog": { apiKey: "0".repeat(32) },
    "bramble:sensors": {},
  };
  change(config);
  return config;
}

export const board = (config: Config, i: number) => (config["bramble:boards"] as Config[])[i]!;
export const section = (config: Config, name: string) => config[`bramble:${name}`] as Config;

/** The errors of settings. */
export function errorsOf(config: Config, isEncrypted = true): readonly SettingError[] {
  return errorsIn(() => settingsOf("home", config, () => isEncrypted));
}
