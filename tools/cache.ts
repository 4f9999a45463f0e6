// The tools that a set-up has brought. One folder for each tool, version and platform, and in it the program
// and its record. The record is written last and is what makes the program count.
import fs from "node:fs/promises";
import path from "node:path";
import type { Tool } from "./catalogue.ts";
import { versionFault } from "./executable.ts";
import { SetUpError, type SetUp } from "./setUp.ts";

/** What is kept beside a program. */
interface CacheRecord {
  /** Bytes. */
  size: number;
  /** How it was had: "release https://…" or "build of … with go1.26.0". */
  origin: string;
}

const partialPrefix = "partial-";

/**
 * The tool in the cache. Only the size is held against the record: reading half a gigabyte for checksums at
 * each start would cost seconds, and a file which was cut short or overwritten has another size.
 */
export async function findInCache<Name extends string>(
  tool: Tool<Name>,
  setUp: SetUp<Name>,
): Promise<{ file: string } | { reason: string }> {
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
  await removePartials(folder);
  const partial = await fs.mkdtemp(path.join(folder, partialPrefix));
  try {
    const produced = await produce(partial);
    await fs.chmod(produced, 0o755);
    const fault = await versionFault(produced, tool);
    if (fault !== undefined) throw new SetUpError(fault);
    return await moveIntoPlace(produced, path.join(folder, tool.name), origin);
  } finally {
    await fs.rm(partial, { recursive: true, force: true });
  }
}

async function moveIntoPlace(produced: string, file: string, origin: string): Promise<string> {
  await flush(produced);
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

/** What a killed set-up has left behind. Nobody else works here while the lock is held. */
async function removePartials(folder: string): Promise<void> {
  const left = (await fs.readdir(folder)).filter((entry) => entry.startsWith(partialPrefix));
  await Promise.all(left.map((entry) => fs.rm(path.join(folder, entry), { recursive: true, force: true })));
}

async function readRecord(file: string): Promise<CacheRecord | undefined> {
  try {
    return JSON.parse(await fs.readFile(recordOf(file), "utf8")) as CacheRecord;
  } catch {
    return undefined;
  }
}

async function flush(file: string): Promise<void> {
  const handle = await fs.open(file, "r+");
  await handle.sync().finally(() => handle.close());
}

function folderOf<Name extends string>(tool: Tool<Name>, setUp: SetUp<Name>): string {
  return path.join(setUp.cache, `${tool.name}-${tool.version}-${setUp.platform}`);
}

function recordOf(file: string): string {
  return `${file}.json`;
}
