// Programs that only tests start, from modules that are pinned with the lab's and kept in the same cache as the
// rehearsal's.
import { edgeModules, pebble, traefik } from "../../lab/appPrograms.ts";
import type { Tool } from "../../tools/catalogue.ts";
import { lookForTools } from "../../tools/cache.ts";
import { type SetUp, thisMachine } from "../../tools/setUp.ts";

export type ProgramName = "traefik" | "pebble";

/** Traefik near the version that runs on the boards, and its authority. */
const programs: readonly Tool<ProgramName>[] = [pebble, traefik];

/** Where the programs are looked for and brought to. */
export function programsHere(): SetUp<ProgramName> {
  return { ...thisMachine(), tools: programs, modules: edgeModules };
}

/** The programs' paths, or why they are not there, in one line for a skipped test. */
export async function findPrograms(): Promise<Record<ProgramName, string> | { missing: string }> {
  const { paths, absent } = await lookForTools(programsHere());
  if (absent.length === 0) return paths as Record<ProgramName, string>;
  return {
    missing: `${absent.map(({ tool }) => tool.name).join(" and ")} could not be built; npm test says why`,
  };
}
