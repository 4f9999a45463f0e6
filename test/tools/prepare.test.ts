import fs from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { isRunning, startScript, until, type Child } from "./child.ts";
import { filesIn, install, sandbox } from "./sandbox.ts";

const source = fileURLToPath(new URL("../../tools/", import.meta.url));
const scripts = ["prepare.mjs", "installed.mjs", "lock.mjs", "cacheFolder.mjs"];

interface Clone {
  root: string;
  /** What npm was called with, one call in a line. */
  npmCalls: () => Promise<string[]>;
  prepare: (nodeArgs?: readonly string[]) => Child;
  /** Writes a package-lock.json with leaf in this version. */
  lock: (leafVersion: string) => Promise<void>;
}

const packages = (leafVersion: string): string =>
  JSON.stringify({
    packages: {
      "node_modules/leaf": { version: leafVersion, integrity: `sha512-${leafVersion}` },
      "node_modules/other-system": { version: "1.0.0", optional: true },
    },
  });

/**
 * A clone whose obtain.ts is `obtain`, with an npm that installs from package-lock.json as npm does: the
 * packages first and its own list of them last.
 *
 * @param whileInstalling a line of shell
 */
async function clone(obtain = "process.exit(0)", whileInstalling = ":"): Promise<Clone> {
  const { folder, bin } = await sandbox();
  const root = path.join(folder, "clone");
  const tools = path.join(root, "tools");
  await fs.mkdir(tools, { recursive: true });
  await Promise.all(scripts.map((name) => fs.copyFile(path.join(source, name), path.join(tools, name))));
  await fs.writeFile(path.join(tools, "obtain.ts"), obtain);
  await install(
    bin,
    "npm",
    `#!/bin/sh
echo "$@" >>'${bin}/calls'
rm -rf node_modules
mkdir -p node_modules/.bin node_modules/leaf
ln -s '${process.execPath}' node_modules/.bin/node
${whileInstalling}
echo '{}' >node_modules/leaf/package.json
sed 's/,"node_modules.other-system":{[^}]*}//' package-lock.json >node_modules/.package-lock.json
`,
  );
  const lock = (leafVersion: string): Promise<void> =>
    fs.writeFile(path.join(root, "package-lock.json"), packages(leafVersion));
  await lock("1.0.0");
  const env = { PATH: `${bin}:/usr/bin:/bin`, HOME: folder };
  return {
    root,
    npmCalls: async () => {
      const calls = await fs.readFile(path.join(bin, "calls"), "utf8").catch(() => "");
      return calls.split("\n").filter((line) => line !== "");
    },
    prepare: (nodeArgs) => startScript(path.join(tools, "prepare.mjs"), [], { env, nodeArgs }),
    lock,
  };
}

test("a fresh clone is installed and its tools obtained; the second time says nothing", async () => {
  const { prepare, npmCalls } = await clone("console.log('obtained')");

  const first = prepare();
  expect(await first.ended).toBe(0);
  expect(first.errors()).toMatch(
    /^set-up: node_modules is missing; running npm ci\nset-up: npm ci: done in \d+ s\n$/,
  );
  expect(first.output()).toBe("obtained\n");

  const second = prepare();
  expect(await second.ended).toBe(0);
  expect(second.errors()).toBe("");
  expect(second.output()).toBe("obtained\n");
  expect(await npmCalls()).toEqual(["ci --include=dev --loglevel=error"]);
});

test("the exit code is the one of obtain.ts", async () => {
  const { prepare } = await clone("process.exit(3)");
  expect(await prepare().ended).toBe(3);
});

test("a changed package-lock.json, a lost package and an installation that was cut off are installed again", async () => {
  const { root, prepare, lock, npmCalls } = await clone();
  const why = async (): Promise<string> => {
    const child = prepare();
    expect(await child.ended).toBe(0);
    return /^set-up: (.*); running npm ci/.exec(child.errors())?.[1] ?? "";
  };
  await why();

  await lock("1.0.1");
  expect(await why()).toBe(
    "node_modules is not from this package-lock.json: node_modules/leaf is 1.0.0 instead of 1.0.1",
  );
  await fs.rm(path.join(root, "node_modules", "leaf"), { recursive: true });
  expect(await why()).toBe("node_modules is incomplete: node_modules/leaf is missing");
  await fs.rm(path.join(root, "node_modules", ".package-lock.json"));
  expect(await why()).toBe("node_modules is incomplete: an installation was interrupted");
  await fs.truncate(path.join(root, "node_modules", ".package-lock.json"), 9);
  expect(await why()).toBe("node_modules is incomplete: an installation was interrupted");
  expect(await why()).toBe("");
  expect(await npmCalls()).toHaveLength(5);
});

test("what a later npm install has changed is noticed", async () => {
  const { root, prepare, npmCalls } = await clone();
  await prepare().ended;
  await fs.writeFile(path.join(root, "node_modules", ".package-lock.json"), packages("2.0.0"));

  expect(await prepare().ended).toBe(0);
  expect(await npmCalls()).toHaveLength(2);
});

test("two set-ups of one clone install once", async () => {
  const { root, prepare, npmCalls } = await clone(undefined, "until test -e ../go; do sleep 0.1; done");
  const both = [prepare(), prepare()];
  await until(() => both.some((child) => child.errors().includes("waiting for process")));
  await fs.writeFile(path.join(root, "..", "go"), "");

  expect(await Promise.all(both.map((child) => child.ended))).toEqual([0, 0]);

  expect(await npmCalls()).toHaveLength(1);
  expect(both.filter((child) => child.errors().includes("waiting for process"))).toHaveLength(1);
});

test("an npm ci that fails ends the set-up, and the next one installs again", async () => {
  const { prepare, npmCalls, root } = await clone("console.log('obtained')", "test -e ../again || exit 7");

  const first = prepare();
  expect(await first.ended).toBe(1);
  expect(first.errors()).toContain("npm ci failed with exit code 7; see its output above");
  expect(first.output()).toBe("");

  await fs.writeFile(path.join(root, "..", "again"), "");
  expect(await prepare().ended).toBe(0);
  expect(await npmCalls()).toHaveLength(2);
});

test("SIGINT ends npm and what it has started, and gives the lock back", async () => {
  const { root, prepare } = await clone(undefined, "sleep 60 & echo $! >../sleeping; wait");
  const pidFile = path.join(root, "..", "sleeping");
  const child = prepare();
  await until(async () => (await fs.readFile(pidFile, "utf8").catch(() => "")).endsWith("\n"));
  child.kill("SIGINT");

  expect(await child.ended).toBe(130);
  const pid = Number(await fs.readFile(pidFile, "utf8"));
  await until(() => !isRunning(pid));
  expect(await filesIn(path.join(root, "..", ".cache"))).toEqual([]);
});

test("an old Node is told what it lacks", async () => {
  const { root, prepare, npmCalls } = await clone();
  const disguise = path.join(root, "disguise.cjs");
  await fs.writeFile(disguise, 'Object.defineProperty(process.versions, "node", { value: "18.20.8" });');

  const child = prepare(["--require", disguise]);

  expect(await child.ended).toBe(1);
  expect(child.errors()).toContain("bramble needs Node 20 or newer and this is 18.20.8");
  expect(await npmCalls()).toEqual([]);
});
