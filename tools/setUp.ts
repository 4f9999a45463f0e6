// Where the tools are looked for and brought to: everything that a test, or another machine, has otherwise.
import { cacheFolder } from "./cacheFolder.mjs";
import { catalogue, type Platform, type Tool, type ToolName } from "./catalogue.ts";

/** The surroundings of one set-up. */
export interface SetUp<Name extends string = ToolName> {
  tools: readonly Tool<Name>[];
  platform: Platform;
  /**
   * Name of the program that runs those of `platform`, where this machine's processor is another. Tools on PATH are this
   * machine's, and do not count then. Default: the tools are for this machine.
   */
  emulator?: string;
  /** bramble's cache folder, absolute. */
  cache: string;
  /** Folders to look in, in the form of PATH. */
  searchPath: string;
  /** The folder of go.mod. */
  modules: string;
  /** How long a release's server may take, in milliseconds. */
  patience: {
    /** Until it answers, name look-up and redirects included. */
    answer: number;
    /** Between two pieces of the file. */
    stall: number;
    /** For the whole file. */
    total: number;
  };
  /** Takes one line of progress. */
  say: (line: string) => void;
  /** Ends everything that is under way. */
  signal?: AbortSignal;
}

/** A failure which the user can do something about; its message stands by itself, without a stack. */
export class SetUpError extends Error {
  override name = "SetUpError";
}

/**
 * This machine's surroundings: the pinned tools, PATH, the cache and the modules beside this file.
 *
 * Patience: 10 s for an answer lets a machine without access fall through to the build soon; a file of
 * 100 MB within 20 min takes 85 kB/s, and what is slower than that is slower than building.
 *
 * @throws SetUpError on a system or processor for which Kubernetes cannot be had
 */
export function thisMachine(): SetUp {
  return {
    tools: catalogue,
    platform: platformOf(process.platform, process.arch),
    cache: cacheFolder(),
    searchPath: process.env.PATH ?? "",
    modules: import.meta.dirname,
    patience: { answer: 10_000, stall: 30_000, total: 20 * 60_000 },
    say: (line) => process.stderr.write(`set-up: ${line}\n`),
  };
}

/**
 * Go's names for a system and processor that Node names otherwise.
 *
 * @throws SetUpError if the rehearsal's programs cannot run there
 */
export function platformOf(system: string, processor: string): Platform {
  const architecture = processor === "x64" ? "amd64" : processor;
  const supported = (system === "linux" || system === "darwin") && ["amd64", "arm64"].includes(architecture);
  if (supported) return `${system}-${architecture}` as Platform;
  throw new SetUpError(
    `the rehearsal runs a Kubernetes control plane, which needs Linux or macOS on amd64 or arm64; ` +
      `this is ${system} on ${processor}. On Windows, use WSL 2.`,
  );
}
