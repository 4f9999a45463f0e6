// Programs on this machine, and whether they are what they should be.
import fs from "node:fs/promises";
import path from "node:path";
import type { Tool } from "./catalogue.ts";
import { reasonOf } from "./lines.ts";
import { run } from "./run.ts";

/** A program that prints its version needs milliseconds; one that waits for something is not the right one. */
const versionLimitMs = 10_000;
/** The same where the processor is emulated. */
const emulatedLimitMs = 60_000;

/**
 * The executable files of that name, in the order in which a shell would find them.
 *
 * @param searchPath in the form of PATH; relative folders are skipped, because what they mean depends on
 *   where the command was typed
 */
export async function* executables(name: string, searchPath: string): AsyncGenerator<string, undefined> {
  for (const folder of searchPath.split(path.delimiter).filter((entry) => path.isAbsolute(entry))) {
    const file = path.join(folder, name);
    if (await isExecutable(file)) yield file;
  }
  return undefined;
}

/** The first executable file of that name; see `executables`. */
export async function findExecutable(name: string, searchPath: string): Promise<string | undefined> {
  return (await executables(name, searchPath).next()).value;
}

/** Whether there is a file at this path which this user may run and which is not empty. */
export async function isExecutable(file: string): Promise<boolean> {
  try {
    await fs.access(file, fs.constants.X_OK);
    const status = await fs.stat(file);
    return status.isFile() && status.size > 0;
  } catch {
    return false;
  }
}

/**
 * Why a program is not the tool in its pinned version, by asking it; undefined if it is.
 *
 * @param emulator what runs it, if it is for another processor
 */
export async function versionError(
  file: string,
  tool: Tool<string>,
  emulator?: string,
): Promise<string | undefined> {
  try {
    const [command, ...args] = [...(emulator === undefined ? [] : [emulator]), file];
    const limit = emulator === undefined ? versionLimitMs : emulatedLimitMs;
    const { output } = await run(command, [...args, ...(tool.versionArgs ?? ["--version"])], { limit });
    const isRight = (line: string) => `${line.trimEnd()} `.startsWith(`${tool.versionLine} `);
    if (output.split("\n").some(isRight)) return undefined;
    const said = output.split("\n", 1)[0]?.trim();
    return `${file} reports "${said}" instead of "${tool.versionLine}"`;
  } catch (error) {
    return `${file} does not report its version: ${reasonOf(error)}`;
  }
}
