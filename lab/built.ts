// What the lab builds once and keeps in bramble's cache: a folder for each thing, named by what goes into it.
import crypto from "node:crypto";
import { existsSync } from "node:fs";
import fs from "node:fs/promises";
import path from "node:path";
import { cacheFolder } from "../tools/cacheFolder.mjs";
import { lastLines, timeSince } from "../tools/lines.ts";
import { withLock } from "../tools/lock.mjs";
import { partialFolder } from "../tools/replaceFile.ts";
import { run, type RunOptions } from "../tools/run.ts";

/** Something to build. */
export interface Recipe {
  /** In words, for the user and in the folder's name: "card", "debian-packages". */
  name: string;
  /** Everything the result depends on: scripts, lists, versions. A change of any builds anew. */
  ingredients: readonly string[];
  /** Takes an empty folder and fills it. */
  build: (folder: string, surroundings: Surroundings) => Promise<unknown>;
}

/** What a build is told by the one who wants it. */
export interface Surroundings {
  /** Takes one line of progress. Default: standard error. */
  say?: (line: string) => void;
  /** Ends the build, which then leaves nothing. */
  signal?: AbortSignal;
}

/** Where the lab keeps what it builds, and the disks of running boards. */
export function labFolder(): string {
  return path.join(cacheFolder(), "lab");
}

/** The folder of what was built, or undefined if it was not. Looks only. */
export function findBuilt(recipe: Recipe): string | undefined {
  const folder = folderOf(recipe);
  return existsSync(folder) ? folder : undefined;
}

/**
 * The folder of what is built, after building it if need be. Two that want the same at once build it once. A
 * folder gets its name when it is complete and on the disk, so an interrupted build is never used.
 *
 * @throws what the recipe threw; the signal's reason
 */
export async function obtainBuilt(recipe: Recipe, surroundings: Surroundings = {}): Promise<string> {
  const found = findBuilt(recipe);
  if (found !== undefined) return found;
  const { say = (line: string) => process.stderr.write(`lab: ${line}\n`), signal } = surroundings;
  const file = path.join(labFolder(), `${recipe.name}.lock`);
  const request = { file, holder: `build of the lab's ${recipe.name}`, say, signal };
  return withLock(request, async () => findBuilt(recipe) ?? (await buildNow(recipe, say, signal)));
}

async function buildNow(recipe: Recipe, say: (line: string) => void, signal: AbortSignal | undefined) {
  const start = performance.now();
  const partial = await partialFolder(labFolder(), `partial-${recipe.name}-`);
  say(`${recipe.name}: building; it will be cached in ${labFolder()}`);
  try {
    await recipe.build(partial, { say, signal });
    await runOrThrow("sync", ["--file-system", partial], { signal });
    await fs.rename(partial, folderOf(recipe));
  } catch (error) {
    await fs.rm(partial, { recursive: true, force: true });
    throw error;
  }
  say(`${recipe.name}: built in ${timeSince(start)}`);
  return folderOf(recipe);
}

/**
 * Runs a program of a build at low priority, so that it does not slow down what else runs here.
 *
 * @param options `accept`: exit codes that are no failure. Default: 0
 * @throws an Error with the last lines of what it printed, if it ends otherwise
 */
export async function runOrThrow(
  command: string,
  args: readonly string[],
  { accept = [0], ...options }: RunOptions & { accept?: readonly number[] } = {},
) {
  const { ended, output } = await run("nice", ["-n", "10", command, ...args], options);
  if (typeof ended === "string" || !accept.includes(ended))
    throw new Error(`${command} ended with ${ended}:\n${lastLines(output, 8)}`);
  return output;
}

function folderOf({ name, ingredients }: Recipe): string {
  const hash = crypto.createHash("sha256").update(JSON.stringify(ingredients)).digest("hex");
  return path.join(labFolder(), `${name}-${hash.slice(0, 16)}`);
}
