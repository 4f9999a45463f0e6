import fs from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { enginePlace, findEngine, type EnginePlace } from "../../tools/engine.ts";
import { obtainEngine } from "../../tools/obtainEngine.ts";
import { install, sandbox } from "./sandbox.ts";

interface EngineBox {
  place: EnginePlace;
  said: string[];
  bin: string;
  /** Where npm's launcher keeps the CLI. */
  versionBin: string;
}

const version = "3.1.0";
const thornPlugin = "plugins/resource-thorn-v1.2.3/pulumi-resource-thorn";

/** A CLI that knows its version, and "downloads" plugins: into their folders, or not at all. */
function cli(home: string, pluginsCanBeHad = true): string {
  return `#!/bin/sh
PATH=$PATH:/usr/bin:/bin
if [ "$1" = version ]; then echo v${version}; exit; fi
echo "$@" >>'${home}/asked'
if ${!pluginsCanBeHad}; then
  echo 'warning: Error downloading plugin: no such host'
  echo 'error: failed all 5 attempts'
  exit 255
fi
mkdir -p '${home}/plugins/resource-thorn-v1.2.3'
cp "$0" '${home}/${thornPlugin}'
`;
}

async function engineBox(
  launcher = "process.stderr.write('pulumi: fetch failed\\n'); process.exit(1)",
): Promise<EngineBox> {
  const { folder, bin, said, setUp } = await sandbox();
  const home = path.join(folder, "home");
  const place: EnginePlace = {
    version,
    providers: [{ name: "thorn", version: "1.2.3" }],
    home,
    searchPath: bin,
    launcher: await install(folder, "run.cjs", launcher),
    cache: setUp.cache,
    say: setUp.say,
  };
  return { place, said, bin, versionBin: path.join(home, "versions", version, "bin") };
}

async function installCli(folder: string, content: string): Promise<string> {
  await install(folder, "pulumi-language-nodejs", "#!/bin/sh\n");
  return install(folder, "pulumi", content);
}

test("this machine's place has the versions of package.json", () => {
  const { version: pinned, providers } = enginePlace();
  expect(pinned).toMatch(/^\d+\.\d+\.\d+$/);
  expect(providers.map(({ name }) => name)).toEqual(["kubernetes", "random", "command"]);
  expect(providers.every((provider) => /^\d+\.\d+\.\d+$/.test(provider.version))).toBe(true);
});

test("an engine that is whole is found, and nothing is run or said", async () => {
  const { place, said, versionBin } = await engineBox();
  const file = await installCli(versionBin, "#!/bin/sh\nexit 1\n");
  await install(path.join(place.home, path.dirname(thornPlugin)), "pulumi-resource-thorn", "#!/bin/sh\n");

  expect(await findEngine(place)).toEqual({ cli: file, version });
  expect(await obtainEngine(place)).toEqual({ cli: file, version });
  expect(said).toEqual([]);
});

test("a CLI on PATH counts in the pinned version, and with its language host", async () => {
  const { place, bin } = await engineBox();
  await install(path.join(place.home, path.dirname(thornPlugin)), "pulumi-resource-thorn", "#!/bin/sh\n");
  const missing = { missing: expect.stringContaining("no Pulumi CLI 3.1.0 in ") as string };

  const file = await install(bin, "pulumi", cli(place.home));
  expect(await findEngine(place)).toEqual(missing);
  await installCli(bin, "#!/bin/sh\necho v3.1.1\n");
  expect(await findEngine(place)).toEqual(missing);
  await installCli(bin, cli(place.home));
  expect(await findEngine(place)).toEqual({ cli: file, version });
});

test("npm's launcher on PATH is not taken for the CLI", async () => {
  const { place, bin } = await engineBox();
  const asked = path.join(bin, "asked");
  const script = await install(bin, "run.js", `#!/bin/sh\necho asked >${asked}; echo v${version}\n`);
  await install(bin, "pulumi-language-nodejs", "#!/bin/sh\n");
  await fs.symlink(script, path.join(bin, "pulumi"));

  expect(await findEngine(place)).toHaveProperty("missing");
  await expect(fs.access(asked)).rejects.toThrow("ENOENT");
});

test.each([
  ["is missing", () => Promise.resolve()],
  ["is an empty folder", (folder: string) => fs.mkdir(folder, { recursive: true })],
  [
    "is half unpacked",
    async (folder: string) => {
      await install(folder, "pulumi-resource-thorn", "#!/bin/sh\n");
      await fs.writeFile(`${folder}.partial`, "");
    },
  ],
])("a provider that %s is missing", async (_name, prepare) => {
  const { place, versionBin } = await engineBox();
  await installCli(versionBin, cli(place.home));
  await prepare(path.join(place.home, path.dirname(thornPlugin)));

  expect(await findEngine(place)).toEqual({ missing: `no thorn provider 1.2.3 in ${place.home}/plugins` });
});

test("what is missing is downloaded: the CLI by npm's launcher, the provider by the CLI", async () => {
  const { place, versionBin, said } = await engineBox(`
    const fs = require("node:fs");
    if (process.env.PULUMI_VERSION !== "${version}") process.exit(2);
    const bin = process.env.PULUMI_HOME + "/versions/${version}/bin";
    fs.mkdirSync(bin, { recursive: true });
    fs.copyFileSync(__dirname + "/cli", bin + "/pulumi");
    fs.copyFileSync(__dirname + "/cli", bin + "/pulumi-language-nodejs");
  `);
  await install(path.dirname(place.launcher), "cli", cli(place.home));

  expect(await obtainEngine(place)).toEqual({ cli: path.join(versionBin, "pulumi"), version });

  expect(await fs.readFile(path.join(place.home, "asked"), "utf8")).toBe(
    "plugin install --reinstall resource thorn 1.2.3\n",
  );
  expect(said).toHaveLength(4);
});

test("without access it says what is missing and what follows, and does not try again for an hour", async () => {
  const { place, said } = await engineBox();
  const failure = path.join(place.cache, "engine-3.1.0.failed.json");
  const missing = { missing: "Pulumi's CLI 3.1.0: pulumi: fetch failed" };

  expect(await obtainEngine(place)).toEqual(missing);
  expect(await obtainEngine(place)).toEqual(missing);

  const line =
    "Pulumi's engine is not installed and could not be downloaded (Pulumi's CLI 3.1.0: pulumi: fetch failed): the " +
    "rehearsal deploys without it, through the SDK's test monitor. The next attempt is an hour after the last one, or once " +
    `${failure} is deleted`;
  expect(said).toEqual(["Pulumi's CLI 3.1.0: downloading", line, line]);

  const last = JSON.parse(await fs.readFile(failure, "utf8")) as { at: number };
  await fs.writeFile(failure, JSON.stringify({ ...last, at: last.at - 61 * 60_000, reason: "long ago" }));
  expect(await obtainEngine(place)).toEqual(missing);
});

test("a failure does not count when something else is missing by now", async () => {
  const { place, versionBin } = await engineBox();
  expect(await obtainEngine(place)).toEqual({ missing: "Pulumi's CLI 3.1.0: pulumi: fetch failed" });

  await installCli(versionBin, cli(place.home));

  expect(await obtainEngine(place)).toHaveProperty("cli");
});

test("a provider that cannot be had tells why, and not only how often it was tried", async () => {
  const { place, versionBin } = await engineBox();
  await installCli(versionBin, cli(place.home, false));

  expect(await obtainEngine(place)).toEqual({ missing: "Pulumi's thorn provider 1.2.3: no such host" });
});
