// A set-up in a folder of its own: nothing of it is on PATH, in the user's cache or on the network.
import crypto from "node:crypto";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";
import type { Release, Tool } from "../../tools/catalogue.ts";
import type { SetUp } from "../../tools/setUp.ts";

export interface Sandbox {
  folder: string;
  /** The only folder of the tools' PATH. */
  bin: string;
  /** What the set-up has said so far. */
  said: string[];
  setUp: SetUp<string>;
}

/** A sandbox for these tools, with a short patience. It goes when the test ends. */
export async function sandbox(...tools: Tool<string>[]): Promise<Sandbox> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), "bramble-tools-"));
  onTestFinished(() => fs.rm(folder, { recursive: true, force: true }));
  const bin = path.join(folder, "bin");
  const modules = path.join(folder, "modules");
  await Promise.all([fs.mkdir(bin), fs.mkdir(modules)]);
  await fs.writeFile(path.join(modules, "go.mod"), "module example\n\ngo 1.26.0\n");
  const said: string[] = [];
  const setUp: SetUp<string> = {
    tools,
    platform: "linux-amd64",
    cache: path.join(folder, "cache"),
    searchPath: bin,
    modules,
    patience: { answer: 2_000, stall: 2_000, total: 20_000 },
    say: (line) => said.push(line),
  };
  return { folder, bin, said, setUp };
}

/** A program that is asked for its version and has nothing else to do. */
export function program(versionLine: string): string {
  return `#!/bin/sh\necho '${versionLine}'\n`;
}

/** The tool "thorn" 1.2.3, with a release if one is given. */
export function thorn(release?: Release, name = "thorn"): Tool<string> {
  return {
    name,
    version: "1.2.3",
    versionLine: `${name} version v1.2.3`,
    releases: release === undefined ? {} : { "linux-amd64": release },
    goPackage: `example.com/cmd/${name}`,
  };
}

/** What thorn's release holds. */
export const thornProgram = program("thorn version v1.2.3 (linux/amd64)");

export function sha256(content: string | Buffer): string {
  return crypto.createHash("sha256").update(content).digest("hex");
}

/** Puts an executable file into a folder. */
export async function install(folder: string, name: string, content: string): Promise<string> {
  await fs.mkdir(folder, { recursive: true });
  const file = path.join(folder, name);
  await fs.writeFile(file, content, { mode: 0o755 });
  return file;
}

/**
 * A `go` that "builds" programs of version 1.2.3 and writes what it was called with beside itself.
 *
 * @param before a line of shell that runs before the program is written
 */
export function fakeGo(before = ":"): string {
  return `#!/bin/sh
PATH=$PATH:/usr/bin:/bin
here=$(dirname "$0")
if [ "$1" = version ]; then echo 'go version go1.26.0 linux/amd64'; exit; fi
echo $$ >"$here/go.pid"
for argument; do echo "$argument"; done >"$here/go.arguments"
env >"$here/go.environment"
${before}
while [ "$1" != -o ]; do shift; done
name=$(basename "$2")
printf '#!/bin/sh\\necho "%s version v1.2.3"\\n' "$name" >"$2"
`;
}

/** Everything in a folder, at any depth, relative to it; empty if there is no such folder. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await fs.readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}
