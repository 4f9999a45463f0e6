// Brings the rehearsal's tools onto this machine: PATH, cache, official release, build, in this order.
import path from "node:path";
import { buildTool, findGo, wantedGo, type Go } from "./build.ts";
import { keepInCache, lookForTools } from "./cache.ts";
import type { Tool, ToolName } from "./catalogue.ts";
import { downloadRelease, Unreachable } from "./download.ts";
import { enginePlace } from "./engine.ts";
import { untilInterrupted } from "./interruption.ts";
import { reasonOf, timeSince } from "./lines.ts";
import { withLock } from "./lock.mjs";
import { obtainEngine } from "./obtainEngine.ts";
import { SetUpError, thisMachine, type SetUp } from "./setUp.ts";

/** A tool that could not be had, and why each way failed. */
interface Missing {
  tool: Tool<string>;
  failures: { way: string; reason: string }[];
}

/**
 * The absolute path of every tool, for programs that need them and leave the set-up to others. Looks only,
 * and asks only what is on PATH for its version: milliseconds.
 *
 * @throws SetUpError naming what is missing and the command that brings it
 */
export async function findTools(setUp: SetUp = thisMachine()): Promise<Record<ToolName, string>> {
  const { paths, absent } = await lookForTools(setUp);
  if (absent.length === 0) return paths as Record<ToolName, string>;
  const lines = absent.map(({ tool, reason }) => `  ${labelOf(tool)}: ${reason}`);
  throw new SetUpError(
    `these tools of the rehearsal are missing:\n${lines.join("\n")}\nnpm start and npm test download or build them`,
  );
}

/**
 * The absolute path of every tool, after bringing those that are missing. Several set-ups at once are safe:
 * one works, the others wait and take what it has brought.
 *
 * @throws SetUpError naming every tool that could not be had, why each way failed, and what to do; the
 *   set-up's abort reason
 */
export async function obtainTools<Name extends string>(setUp: SetUp<Name>): Promise<Record<Name, string>> {
  const first = await lookForTools(setUp);
  if (first.absent.length === 0) return first.paths as Record<Name, string>;
  const { say, signal } = setUp;
  const file = path.join(setUp.cache, "obtain.lock");
  const request = { file, holder: `set-up of the tools in ${setUp.modules}`, say, signal };
  return withLock(request, async () => {
    // Again: the set-up which this one has waited for may have brought them all.
    const { paths, absent } = await lookForTools(setUp);
    const missing: Missing[] = [];
    const bring = bringer(setUp);
    for (const { tool, reason } of absent) {
      const failures = [{ way: "there already", reason }];
      const file = await bring(tool, failures);
      if (file === undefined) missing.push({ tool, failures });
      else paths[tool.name] = file;
    }
    if (missing.length > 0) throw new SetUpError(await describe(missing, setUp));
    return paths as Record<Name, string>;
  });
}

/** Brings tools as releases or by building them, with what was learned while bringing the ones before. */
function bringer<Name extends string>(setUp: SetUp<Name>) {
  const { platform, say, signal } = setUp;
  const unreachable = new Map<string, string>();
  let foundGo: Promise<Go> | undefined;

  const release = (tool: Tool<Name>) => {
    const file = tool.releases[platform];
    if (file === undefined) throw new SetUpError(`none with a known checksum for ${platform}`);
    const { host } = new URL(file.url);
    const before = unreachable.get(host);
    if (before !== undefined) throw new SetUpError(before);
    const produce = async (folder: string) => {
      try {
        return await downloadRelease(file, folder, labelOf(tool), setUp);
      } catch (error) {
        if (error instanceof Unreachable) unreachable.set(host, error.message);
        throw error;
      }
    };
    return { origin: `release ${file.url}`, begins: `downloading ${file.url}`, done: "downloaded", produce };
  };

  const build = async (tool: Tool<Name>) => {
    const go = await (foundGo ??= findGo(setUp.searchPath));
    const what = `${tool.goPackage} with ${go.version}`;
    const begins = `building ${what}; the first time takes minutes`;
    const produce = (folder: string) => buildTool(tool, folder, go, setUp);
    return { origin: `build of ${what}`, begins, done: "built", produce };
  };

  /** Tries one way after the other and returns the program's path, or adds to `failures` why there is none. */
  return async (tool: Tool<Name>, failures: Missing["failures"]): Promise<string | undefined> => {
    for (const [way, plan] of Object.entries({ release, build })) {
      try {
        const { origin, begins, done, produce } = await plan(tool);
        say(`${labelOf(tool)}: ${begins}`);
        const start = performance.now();
        const file = await keepInCache(tool, setUp, origin, produce);
        say(`${labelOf(tool)}: ${done} in ${timeSince(start)}`);
        return file;
      } catch (error) {
        signal?.throwIfAborted();
        const reason = reasonOf(error);
        failures.push({ way, reason });
        say(`${labelOf(tool)}: no ${way}: ${reason}`);
      }
    }
    return undefined;
  };
}

const labelOf = ({ name, version }: Tool<string>) => `${name} ${version}`;

async function describe(missing: readonly Missing[], setUp: SetUp<string>): Promise<string> {
  const blocks = missing.map(({ tool, failures }) => {
    const lines = failures.map(({ way, reason }) => `    ${way}: ${reason.replaceAll("\n", "\n      ")}`);
    return `  ${labelOf(tool)}\n${lines.join("\n")}`;
  });
  const urls = missing.flatMap(({ tool }) => tool.releases[setUp.platform]?.url ?? []);
  const reachable = [...new Set(urls.map((url) => new URL(url).host))].join(" and ");
  const online = reachable === "" ? "" : `allow this machine to reach ${reachable}, or `;
  return (
    `these tools of the rehearsal could not be obtained:\n${blocks.join("\n")}\n` +
    `To fix it: ${online}install Go ${await wantedGo(setUp.modules)} or newer (https://go.dev/dl) and let it ` +
    `download modules; then run the same command again.`
  );
}

if (import.meta.main) {
  const tell = (error: unknown) => process.stderr.write(`set-up: ${reasonOf(error)}\n`);
  process.exitCode = await untilInterrupted(async (signal) => {
    await obtainTools({ ...thisMachine(), signal });
    await obtainEngine({ ...enginePlace(), signal });
    return 0;
  }, tell);
}
