// Tools that are there already: on PATH and in the cache.
import { findInCache } from "./cache.ts";
import type { Tool } from "./catalogue.ts";
import { findExecutable, versionFault } from "./executable.ts";
import type { SetUp } from "./setUp.ts";

/** What a look found: the tools that are there, and of the others why they do not count. */
export interface Found<Name extends string> {
  paths: Partial<Record<Name, string>>;
  absent: { tool: Tool<Name>; reason: string }[];
}

/** Looks for every tool at once, on PATH first and then in the cache. Changes nothing. */
export async function lookForTools<Name extends string>(setUp: SetUp<Name>): Promise<Found<Name>> {
  const found: Found<Name> = { paths: {}, absent: [] };
  const looks = setUp.tools.map(async (tool) => ({ tool, ...(await lookFor(tool, setUp)) }));
  for (const { tool, file, reason } of await Promise.all(looks)) {
    if (file !== undefined) found.paths[tool.name] = file;
    else found.absent.push({ tool, reason });
  }
  return found;
}

type Look = { file: string; reason?: undefined } | { file?: undefined; reason: string };

async function lookFor<Name extends string>(tool: Tool<Name>, setUp: SetUp<Name>): Promise<Look> {
  const onPath = await findExecutable(tool.name, setUp.searchPath);
  const fault = onPath === undefined ? `no ${tool.name} on PATH` : await versionFault(onPath, tool);
  if (onPath !== undefined && fault === undefined) return { file: onPath };
  const cached = await findInCache(tool, setUp);
  if ("file" in cached) return cached;
  return { reason: `${fault}; ${cached.reason}` };
}
