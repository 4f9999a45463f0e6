// Brings the rehearsal's tools onto this machine: PATH, cache, official release, build, in this order.
import path from "node:path";
import { buildTool, findGo, wantedGo, type Go } from "./build.ts";
import { keepInCache } from "./cache.ts";
import type { Tool, ToolName } from "./catalogue.ts";
import { downloadRelease, Unreachable } from "./download.ts";
import { enginePlace } from "./engine.ts";
import { untilInterrupted } from "./interruption.ts";
import { hangingIndent, reasonOf } from "./lines.ts";
import { withLock } from "./lock.mjs";
import { lookForTools } from "./lookup.ts";
import { obtainEngine } from "./obtainEngine.ts";
import { timeSince } from "./progress.ts";
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
  const lines = absent.map(({ tool, reason }) => `  ${tool.name} ${tool.version}: ${reason}`);
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
  const request = {
    file: path.join(setUp.cache, "obtain.lock"),
    holder: `set-up of the tools in ${setUp.modules}`,
    say,
    signal,
  };
  return withLock(request, async () => {
    // Again: the set-up which this one has waited for may have brought them all.
    const { paths, absent } = await lookForTools(setUp);
    const missing: Missing[] = [];
    const ways = new Ways(setUp);
    for (const { tool, reason } of absent) {
      const failures = [{ way: "there already", reason }];
      const file = await ways.bring(tool, failures);
      if (file === undefined) missing.push({ tool, failures });
      else paths[tool.name] = file;
    }
    if (missing.length > 0) throw new SetUpError(await describe(missing, setUp));
    return paths as Record<Name, string>;
  });
}

/** The ways to bring a tool, with what was learned while bringing the ones before. */
class Ways<Name extends string> {
  readonly #setUp: SetUp<Name>;
  readonly #unreachable = new Map<string, string>();
  #go: Promise<Go> | undefined;

  constructor(setUp: SetUp<Name>) {
    this.#setUp = setUp;
  }

  /** Tries one way after the other and returns the program's path, or adds to `failures` why there is none. */
  async bring(tool: Tool<Name>, failures: Missing["failures"]): Promise<string | undefined> {
    const ways = { release: () => this.#release(tool), build: () => this.#build(tool) };
    for (const [way, attempt] of Object.entries(ways)) {
      try {
        return await attempt();
      } catch (error) {
        this.#setUp.signal?.throwIfAborted();
        const reason = reasonOf(error);
        failures.push({ way, reason });
        this.#setUp.say(`${tool.name} ${tool.version}: no ${way}: ${reason}`);
      }
    }
    return undefined;
  }

  async #release(tool: Tool<Name>): Promise<string> {
    const { platform, say } = this.#setUp;
    const release = tool.releases[platform];
    if (release === undefined) throw new SetUpError(`none with a known checksum for ${platform}`);
    const { host } = new URL(release.url);
    const before = this.#unreachable.get(host);
    if (before !== undefined) throw new SetUpError(before);
    const label = `${tool.name} ${tool.version}`;
    say(`${label}: downloading ${release.url}`);
    const start = performance.now();
    try {
      const file = await keepInCache(tool, this.#setUp, `release ${release.url}`, (folder) =>
        downloadRelease(release, folder, label, this.#setUp),
      );
      say(`${label}: downloaded in ${timeSince(start)}`);
      return file;
    } catch (error) {
      if (error instanceof Unreachable) this.#unreachable.set(host, error.message);
      throw error;
    }
  }

  async #build(tool: Tool<Name>): Promise<string> {
    this.#go ??= findGo(this.#setUp.searchPath);
    const go = await this.#go;
    const label = `${tool.name} ${tool.version}`;
    this.#setUp.say(`${label}: building ${tool.goPackage} with ${go.version}; the first time takes minutes`);
    const start = performance.now();
    const origin = `build of ${tool.goPackage} with ${go.version}`;
    const file = await keepInCache(tool, this.#setUp, origin, (folder) =>
      buildTool(tool, folder, go, this.#setUp),
    );
    this.#setUp.say(`${label}: built in ${timeSince(start)}`);
    return file;
  }
}

async function describe(missing: readonly Missing[], setUp: SetUp<string>): Promise<string> {
  const blocks = missing.map(({ tool, failures }) => {
    const lines = failures.map(({ way, reason }) => `    ${way}: ${hangingIndent(reason, 6)}`);
    return `  ${tool.name} ${tool.version}\n${lines.join("\n")}`;
  });
  const hosts = missing
    .map(({ tool }) => tool.releases[setUp.platform])
    .filter((release) => release !== undefined);
  const reachable = [...new Set(hosts.map(({ url }) => new URL(url).host))].join(" and ");
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
