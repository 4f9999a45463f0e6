// Programs that only tests start, pinned in go.mod beside this file and kept in the same cache as the rehearsal's.
import { fileURLToPath } from "node:url";
import type { Tool } from "../../tools/catalogue.ts";
import { lookForTools } from "../../tools/cache.ts";
import { type SetUp, thisMachine } from "../../tools/setUp.ts";

export type ProgramName = "traefik" | "pebble";

// The newest that the Go module proxy serves; the image of components/ingress/images.ts may be some releases ahead. What
// that proxy lacks of its many DNS providers is replaced in go.mod, by older versions or by what is in standins/.
const traefikVersion = "3.7.13";
const pebbleVersion = "2.10.1";

/** Traefik near the version that runs on the boards, and Let's Encrypt's ACME server for tests. */
const programs: readonly Tool<ProgramName>[] = [
  {
    name: "pebble",
    version: pebbleVersion,
    versionLine: `Pebble version: ${pebbleVersion}`,
    releases: {},
    goPackage: "github.com/letsencrypt/pebble/v2/cmd/pebble",
    versionVariable: "main.version",
  },
  {
    name: "traefik",
    version: traefikVersion,
    versionLine: `Version:      ${traefikVersion}`,
    versionArgs: ["version"],
    releases: {},
    goPackage: "github.com/traefik/traefik/v3/cmd/traefik",
    versionVariable: "github.com/traefik/traefik/v3/pkg/version.Version",
  },
];

/** Where the programs are looked for and brought to. */
export function programsHere(): SetUp<ProgramName> {
  return { ...thisMachine(), tools: programs, modules: fileURLToPath(new URL(".", import.meta.url)) };
}

/** The programs' paths, or why they are not there, in one line for a skipped test. */
export async function findPrograms(): Promise<Record<ProgramName, string> | { missing: string }> {
  const { paths, absent } = await lookForTools(programsHere());
  if (absent.length === 0) return paths as Record<ProgramName, string>;
  return {
    missing: `${absent.map(({ tool }) => tool.name).join(" and ")} could not be built; npm test says why`,
  };
}
