// The tools that are there already: on PATH, and in the cache those that a set-up has brought. That has one folder for
// each tool, version and platform, and in it the program and its record. The record is written last and is what makes
// the program count.
import fs from "node:fs/promises";
import path from "node:path";
import type { Tool } from "./catalogue.ts";
import { findExecutable, versionError } from "./executable.ts";
import { partialFolder } from "./replaceFile.ts";
import { SetUpError, type SetUp } from "./setUp.ts";

/** What is kept beside a program. */
interface CacheRecord {
  /** Bytes. */
  size: number;
  /** How it was had: "release https://…" or "build of … with go1.26.0". */
  origin: string;
}

/** A tool's absolute path, or why it does not count as there. */
type Look = { file: string; reason?: undefined } | { file?: undefined; reason: string };

/**
 * Looks for every tool at once, on PATH first and then in the cache. Changes nothing.
 *
 * @returns the tools that are there, and of the others why they do not count
 */
export async function lookForTools<Name extends string>(setUp: SetUp<Name>) {
  const paths: Partial<Record<Name, string>> = {};
  const absent: { tool: Tool<Name>; reason: string }[] = [];
  const looks = setUp.tools.map(async (tool) => ({ tool, ...(await lookFor(tool, setUp)) }));
  for (const { tool, file, reason } of await Promise.all(looks)) {
    if (file !== undefined) paths[tool.name] = file;
    else absent.push({ tool, reason });
  }
  return { paths, absent };
}

async function lookFor<Name extends string>(tool: Tool<Name>, setUp: SetUp<Name>): Promise<Look> {
  if (setUp.emulator !== undefined) return findInCache(tool, setUp);
  const onPath = await findExecutable(tool.name, setUp.searchPath);
  const error = onPath === undefined ? `no ${tool.name} on PATH` : await versionError(onPath, tool);
  if (onPath !== undefined && error === undefined) return { file: onPath };
  const cached = await findInCache(tool, setUp);
  return cached.file !== undefined ? cached : { reason: `${error}; ${cached.reason}` };
}

/**
 * The tool in the cache. Only the size is held against the record: reading half a gigabyte for checksums at
 * each start would cost seconds, and a file which was cut short or overwritten has another size.
 */
export async function findInCache<Name extends string>(tool: Tool<Name>, setUp: SetUp<Name>): Promise<Look> {
  const file = path.join(folderOf(tool, setUp), tool.name);
  const [record, status] = await Promise.all([readRecord(file), fs.stat(file).catch(() => undefined)]);
  if (status === undefined) return { reason: `none in ${setUp.cache}` };
  if (record === undefined) return { reason: `${file} has no record` };
  if (record.size === status.size) return { file };
  return { reason: `${file} has ${status.size} bytes instead of ${record.size}` };
}

/**
 * Brings a tool into the cache. Call it with the set-up's lock held.
 *
 * `produce` gets an empty folder to work in, on the same file system, and returns the program's path inside.
 * The program is asked for its version before it is moved into place, and nothing of the folder stays.
 *
 * @param origin how the program is had, for the record
 * @throws what `produce` threw; SetUpError if the program does not run or is of another version
 */
export async function keepInCache<Name extends string>(
  tool: Tool<Name>,
  setUp: SetUp<Name>,
  origin: string,
  produce: (folder: string) => Promise<string>,
): Promise<string> {
  const folder = folderOf(tool, setUp);
  await fs.mkdir(folder, { recursive: true });
  const partial = await partialFolder(folder, "partial-");
  try {
    const produced = await produce(partial);
    await fs.chmod(produced, 0o755);
    const error = await versionError(produced, tool, setUp.emulator);
    if (error !== undefined) throw new SetUpError(error);
    return await moveIntoPlace(produced, path.join(folder, tool.name), origin);
  } finally {
    await fs.rm(partial, { recursive: true, force: true });
  }
}

async function moveIntoPlace(produced: string, file: string, origin: string): Promise<string> {
  const handle = await fs.open(produced, "r+");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  const { size } = await fs.stat(produced);
  const record: CacheRecord = { size, origin };
  const draft = `${produced}.json`;
  await fs.writeFile(draft, `${JSON.stringify(record, undefined, 2)}\n`, { flush: true });
  // In this order a cut at any point leaves a program without a record, which does not count.
  await fs.rm(recordOf(file), { force: true });
  await fs.rename(produced, file);
  await fs.rename(draft, recordOf(file));
  return file;
}

async function readRecord(file: string): Promise<CacheRecord | undefined> {
  try {
    return JSON.parse(await fs.readFile(recordOf(file), "utf8")) as CacheRecord;
  } catch {
    return undefined;
  }
}

function folderOf<Name extends string>(tool: Tool<Name>, setUp: SetUp<Name>): string {
  return path.join(setUp.cache, `${tool.name}-${tool.version}-${setUp.platform}`);
}

function recordOf(file: string): string {
  return `${file}.json`;
}
