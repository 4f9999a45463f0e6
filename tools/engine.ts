// Pulumi's engine: its CLI and the providers which the rehearsal deploys with.
import { existsSync } from "node:fs";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { cacheFolder } from "./cacheFolder.mjs";
import { executables, isExecutable } from "./executable.ts";
import { run } from "./run.ts";
import type { SetUp } from "./setUp.ts";
import packageJson from "../package.json" with { type: "json" };

/** Where the engine is looked for and brought to. */
export interface EnginePlace extends Pick<SetUp, "cache" | "searchPath" | "say" | "signal"> {
  /** The CLI's version, without the v. */
  version: string;
  /** Provider plugins in the versions of their SDKs. */
  providers: readonly { name: string; version: string }[];
  /** PULUMI_HOME. */
  home: string;
  /** npm's launcher, a script for Node which downloads the CLI when that is not in `home`. */
  launcher: string;
}

/** The CLI that was found, by its absolute path, or in one line what is missing. */
export type EngineLook = { cli: string; version: string } | { missing: string };

/** This machine's place, with the versions that package.json pins. */
export function enginePlace(): EnginePlace {
  const { dependencies } = packageJson;
  return {
    version: dependencies.pulumi,
    providers: [
      { name: "kubernetes", version: dependencies["@pulumi/kubernetes"] },
      { name: "random", version: dependencies["@pulumi/random"] },
      // For boards that bramble sets up.
      { name: "command", version: dependencies["@pulumi/command"] },
    ],
    home: process.env.PULUMI_HOME ?? path.join(os.homedir(), ".pulumi"),
    searchPath: process.env.PATH ?? "",
    launcher: path.join(import.meta.dirname, "../node_modules/pulumi/run.js"),
    cache: cacheFolder(),
    say: (line) => process.stderr.write(`set-up: ${line}\n`),
  };
}

/**
 * Looks for the engine: the CLI where npm's launcher keeps it or on PATH, in exactly the pinned version, and
 * all providers. Changes nothing and reaches no network.
 */
export async function findEngine(place: EnginePlace = enginePlace()): Promise<EngineLook> {
  const cli = await findCli(place);
  if (cli === undefined) {
    return { missing: `no Pulumi CLI ${place.version} in ${path.dirname(launcherCli(place))} or on PATH` };
  }
  for (const { name, version } of place.providers) {
    if (!(await hasProvider(place.home, name, version)))
      return { missing: `no ${name} provider ${version} in ${path.join(place.home, "plugins")}` };
  }
  return { cli, version: place.version };
}

export async function findCli(place: EnginePlace): Promise<string | undefined> {
  const own = launcherCli(place);
  if (await isWholeCli(own)) return own;
  for await (const file of executables("pulumi", place.searchPath)) {
    const target = await fs.realpath(file);
    // npm's launcher is a `pulumi` on PATH as well: to ask it for its version would start the download.
    if (path.extname(target) === ".js" || !(await isWholeCli(target))) continue;
    if (await hasVersion(target, place.version)) return target;
  }
  return undefined;
}

/** Whether a provider is installed, and not only in part. */
export async function hasProvider(home: string, name: string, version: string): Promise<boolean> {
  const folder = path.join(home, "plugins", `resource-${name}-v${version}`);
  // Pulumi keeps this file beside the folder until the plugin is unpacked.
  if (existsSync(`${folder}.partial`)) return false;
  return isExecutable(path.join(folder, `pulumi-resource-${name}`));
}

function launcherCli({ home, version }: EnginePlace): string {
  return path.join(home, "versions", version, "bin", "pulumi");
}

/** The CLI starts the program's language host from the folder it is in itself. */
async function isWholeCli(cli: string): Promise<boolean> {
  const host = path.join(path.dirname(cli), "pulumi-language-nodejs");
  return (await isExecutable(cli)) && (await isExecutable(host));
}

async function hasVersion(cli: string, version: string): Promise<boolean> {
  try {
    const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
    const { output } = await run(cli, ["version"], { limit: 10_000, env });
    return output.split("\n").some((line) => line.trim() === `v${version}`);
  } catch {
    return false;
  }
}
