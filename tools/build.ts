// Builds from the Go modules that go.mod pins.
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import semver from "semver";
import { kubernetesVersion, type Tool } from "./catalogue.ts";
import { findExecutable } from "./executable.ts";
import { heartbeat, lastLines } from "./lines.ts";
import { run } from "./run.ts";
import { SetUpError, type SetUp } from "./setUp.ts";

/** The first Go that fetches the newer Go which a go.mod asks for; older ones stop at its `tool` lines. */
const oldestGo = "1.21.0";

/** A Go which can build the tools. */
export interface Go {
  file: string;
  /** As Go says it: "go1.26.0". */
  version: string;
}

/**
 * Go on PATH.
 *
 * @throws SetUpError if there is none, or none that is new enough
 */
export async function findGo(searchPath: string): Promise<Go> {
  const file = await findExecutable("go", searchPath);
  if (file === undefined) throw new SetUpError("no go on PATH");
  // Away from go.mod, where `go` would first download the version which that asks for.
  const { output } = await run(file, ["version"], { cwd: os.tmpdir() });
  const [, version] = /(go\d+\.\d+\S*)/.exec(output) ?? [];
  if (version === undefined)
    throw new SetUpError(`${file} does not report its version: ${lastLines(output, 1)}`);
  // Go writes go1.21rc2, which is no semantic version.
  if (semver.lt(semver.coerce(version) ?? "0.0.0", oldestGo))
    throw new SetUpError(`${file} is ${version}, older than go${oldestGo}`);
  return { file, version };
}

/** The Go version that go.mod asks for: "1.26.0". */
export async function wantedGo(modules: string): Promise<string> {
  const text = await fs.readFile(path.join(modules, "go.mod"), "utf8");
  const version = /^go\s+(\S+)/m.exec(text)?.[1];
  if (version === undefined) throw new Error(`${path.join(modules, "go.mod")} has no go line`);
  return version;
}

/**
 * Builds a tool.
 *
 * @param folder where the program is put
 * @returns the program's path
 * @throws SetUpError with the compiler's last lines; the set-up's abort reason
 */
export async function buildTool<Name extends string>(
  tool: Tool<Name>,
  folder: string,
  go: Go,
  setUp: SetUp<Name>,
): Promise<string> {
  const file = path.join(folder, tool.name);
  const kubernetes = tool.goPackage.startsWith("k8s.io/kubernetes/") ? tool.version : kubernetesVersion;
  // Only the linker heeds a program's own variable, so that the cache still serves.
  const own = tool.versionVariable === undefined ? "" : ` -X ${tool.versionVariable}=${tool.version}`;
  const flags = `${linkerFlags(kubernetes)}${own}`;
  const args = ["build", "-trimpath", "-ldflags", flags, "-o", file, tool.goPackage];
  let line = "";
  using _ = heartbeat(30, (seconds) => {
    setUp.say(`${tool.name} ${tool.version}: still building, ${seconds} s${line === "" ? "" : ` (${line})`}`);
  });
  const { ended, output } = await run(go.file, args, {
    cwd: tool.modules ?? setUp.modules,
    env: buildEnvironment(setUp),
    signal: setUp.signal,
    onLine: (latest) => (line = latest),
  });
  if (ended === 0) return file;
  throw new SetUpError(`go build ${tool.goPackage} ended with ${ended}:\n${lastLines(output, 6)}`);
}

/**
 * The same for every tool, so that Go's build cache serves them all. Without the version Kubernetes calls
 * itself v0.0.0 and refuses to work with its own components; `-s -w` leaves debugging data out, a third of
 * the size.
 */
export function linkerFlags(kubernetes: string): string {
  const set = "-X k8s.io/component-base/version.git";
  const [major, minor] = [semver.major(kubernetes), semver.minor(kubernetes)];
  return `-s -w ${set}Version=v${kubernetes} ${set}Major=${major} ${set}Minor=${minor}`;
}

/** The user's own Go settings must not change what is built; where modules come from stays theirs. */
function buildEnvironment(setUp: SetUp<string>): NodeJS.ProcessEnv {
  const [system, processor] = setUp.platform.split("-");
  return {
    ...process.env,
    PATH: setUp.searchPath,
    CGO_ENABLED: "0",
    GO111MODULE: "on",
    GOWORK: "off",
    GOOS: system,
    GOARCH: processor,
    // Not empty, because Go takes an empty variable for unset and reads the user's `go env -w` file instead.
    GOFLAGS: "-mod=readonly",
  };
}
