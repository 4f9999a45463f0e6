// Downloads Pulumi's engine where it is missing. Having none is no error: the rehearsal can do without.
import fs from "node:fs/promises";
import path from "node:path";
import { findCli, findEngine, hasProvider, type EngineLook, type EnginePlace } from "./engine.ts";
import { heartbeat, lastLines, reasonOf, timeSince } from "./lines.ts";
import { withLock } from "./lock.mjs";
import { run } from "./run.ts";
import { SetUpError } from "./setUp.ts";

/** For each download: the CLI has 100 MB and more, for which this allows 350 kB/s. */
const downloadLimitMs = 5 * 60_000;

/**
 * How long a failed download counts. Where a download fails it mostly fails every time, and Pulumi tries for
 * long: without a memory each `npm start` of a machine without access would wait for it again.
 */
const failureCountsMs = 60 * 60_000;

interface Failure {
  /** When, in milliseconds since 1970. */
  at: number;
  /** What was missing then, as findEngine says it. */
  missing: string;
  reason: string;
}

/**
 * Finds the engine, or downloads what is missing of it: the CLI through npm's launcher, the providers through
 * the CLI. Says in one line if it cannot be had, and then does not try again for an hour.
 *
 * @throws only the place's abort reason, and what keeps the lock or the cache from being written
 */
export async function obtainEngine(place: EnginePlace): Promise<EngineLook> {
  const found = await findEngine(place);
  if ("cli" in found) return found;
  const { cache, say, signal } = place;
  const request = { file: path.join(cache, "obtain.lock"), holder: "set-up of Pulumi's engine", say, signal };
  const failure =
    (await recentFailure(place, found.missing)) ?? (await withLock(request, () => tryOnce(place)));
  if (failure === undefined) return findEngine(place);
  say(
    `Pulumi's engine is not installed and could not be downloaded (${failure}): the rehearsal deploys without it, ` +
      `through the SDK's test monitor. The next attempt is an hour after the last one, or once ${failureFile(place)} is deleted`,
  );
  return { missing: failure };
}

/** Holds the lock. Returns why the engine could not be had. */
async function tryOnce(place: EnginePlace): Promise<string | undefined> {
  // Again: the set-up which this one has waited for may have brought the engine, or failed to.
  const look = await findEngine(place);
  if ("cli" in look) return undefined;
  const failure = await recentFailure(place, look.missing);
  if (failure !== undefined) return failure;
  try {
    const cli = await obtainCli(place);
    for (const { name, version } of place.providers) await obtainProvider(name, version, cli, place);
    return undefined;
  } catch (error) {
    place.signal?.throwIfAborted();
    const reason = lastLines(reasonOf(error), 1);
    const failed: Failure = { at: Date.now(), missing: look.missing, reason };
    await fs.writeFile(failureFile(place), JSON.stringify(failed));
    return reason;
  }
}

/**
 * Finds the CLI, or downloads it.
 *
 * @throws SetUpError if it can't be downloaded
 */
export async function obtainCli(place: EnginePlace): Promise<string> {
  const there = await findCli(place);
  if (there !== undefined) return there;
  const what = `Pulumi's CLI ${place.version}`;
  // It names the version to the launcher, and could name another one in the user's environment.
  const environment = { PULUMI_VERSION: place.version };
  await download(what, place, process.execPath, [place.launcher, "version"], environment);
  const cli = await findCli(place);
  if (cli === undefined) throw new SetUpError(`${what} is not where its launcher keeps it`);
  return cli;
}

async function obtainProvider(name: string, version: string, cli: string, place: EnginePlace): Promise<void> {
  if (await hasProvider(place.home, name, version)) return;
  const what = `Pulumi's ${name} provider ${version}`;
  // --reinstall, because Pulumi takes a folder for an installed plugin even when it is empty.
  await download(what, place, cli, ["plugin", "install", "--reinstall", "resource", name, version]);
  if (!(await hasProvider(place.home, name, version)))
    throw new SetUpError(`${what} is not where Pulumi keeps it`);
}

async function download(
  what: string,
  { home, say, signal }: EnginePlace,
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<void> {
  say(`${what}: downloading`);
  const start = performance.now();
  using _ = heartbeat(30, (seconds) => say(`${what}: still downloading, ${seconds} s`));
  const { ended, output } = await run(command, args, {
    env: { ...process.env, PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true", ...environment },
    limit: downloadLimitMs,
    signal,
  });
  if (ended !== 0) throw new SetUpError(`${what}: ${causeIn(output)}`);
  say(`${what}: downloaded in ${timeSince(start)}`);
}

/** Pulumi ends with "failed all 5 attempts"; why an attempt failed is in the lines before. */
function causeIn(output: string): string {
  const attempts = [...output.matchAll(/Error downloading plugin: (.+)/g)];
  return attempts.at(-1)?.[1] ?? lastLines(output, 1);
}

/** Why the download failed that was tried last, if the same is missing now and it is not long ago. */
async function recentFailure(place: EnginePlace, missing: string): Promise<string | undefined> {
  try {
    const last = JSON.parse(await fs.readFile(failureFile(place), "utf8")) as Failure;
    const counts = last.missing === missing && Date.now() - last.at < failureCountsMs;
    return counts ? last.reason : undefined;
  } catch {
    return undefined;
  }
}

function failureFile({ cache, version }: EnginePlace): string {
  return path.join(cache, `engine-${version}.failed.json`);
}
