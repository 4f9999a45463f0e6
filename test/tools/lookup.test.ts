import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { cacheFolder } from "../../tools/cacheFolder.mjs";
import { findExecutable } from "../../tools/executable.ts";
import { findTools, obtainTools } from "../../tools/obtain.ts";
import { platformOf, type SetUp } from "../../tools/setUp.ts";
import * as answers from "./releaseServer.ts";
import { releaseServer } from "./releaseServer.ts";
import { fakeGo, filesIn, install, program, sandbox, sha256, thorn, thornProgram } from "./sandbox.ts";

test("a tool of the pinned version on PATH is used where it is", async () => {
  const { bin, said, setUp } = await sandbox(thorn());
  const file = await install(bin, "thorn", thornProgram);

  expect(await obtainTools(setUp)).toEqual({ thorn: file });
  expect(said).toEqual([]);
});

test.each([
  ["another version", program("thorn version v1.2.4")],
  ["a version which only begins alike", program("thorn version v1.2.30")],
  ["a variant of the version", program("thorn version v1.2.3-eks")],
  ["no version", "#!/bin/sh\nexit 1\n"],
  ["no known interpreter", "#!/nowhere/sh\n"],
])("a tool of %s on PATH is not used", async (_name, content) => {
  const server = await releaseServer(answers.whole(thornProgram));
  const { bin, setUp } = await sandbox(thorn({ url: server.url, sha256: sha256(thornProgram) }));
  await install(bin, "thorn", content);

  const { thorn: file } = await obtainTools(setUp);

  expect(file).toContain(setUp.cache);
});

test("a tool for another processor is run by an emulator, and PATH's does not count", async () => {
  const { bin, setUp } = await sandbox(thorn());
  await install(bin, "thorn", thornProgram);
  await install(bin, "go", fakeGo());
  // It runs what no processor runs by itself, and says so.
  const emulator = await install(
    bin,
    "emulate",
    '#!/bin/sh\necho "$2" >>"$0.arguments"\nexec /bin/sh "$@"\n',
  );
  const foreign = { ...setUp, platform: "linux-arm64", emulator } as const;

  const { thorn: file } = await obtainTools(foreign);

  expect(file).toBe(path.join(setUp.cache, "thorn-1.2.3-linux-arm64", "thorn"));
  expect(await fs.readFile(`${emulator}.arguments`, "utf8")).toBe("--version\n");
  expect(await fs.readFile(path.join(bin, "go.environment"), "utf8")).toMatch(/^GOARCH=arm64$/m);
  expect(await obtainTools(setUp)).toEqual({ thorn: path.join(bin, "thorn") });
});

test("a tool for another processor that its emulator can't run is not kept", async () => {
  const { bin, setUp } = await sandbox(thorn());
  await install(bin, "go", fakeGo());
  const foreign = { ...setUp, platform: "linux-arm64", emulator: "/nowhere/emulate" } as const;

  await expect(obtainTools(foreign)).rejects.toThrow("thorn does not report its version");
  expect(await filesIn(setUp.cache)).not.toContainEqual(expect.stringContaining("thorn-1.2.3"));
});

test("PATH's relative and missing folders are skipped", async () => {
  const { bin } = await sandbox();
  const file = await install(bin, "thorn", thornProgram);
  const relative = path.relative(process.cwd(), bin);

  expect(await findExecutable("thorn", `${relative}::`)).toBeUndefined();
  expect(await findExecutable("thorn", `${relative}:/nowhere:${bin}`)).toBe(file);
});

test("findTools only looks, and names the command that brings what is missing", async () => {
  const server = await releaseServer(answers.whole(thornProgram));
  const release = { url: server.url, sha256: sha256(thornProgram) };
  const { bin, setUp } = await sandbox(thorn(release), thorn(release, "briar"));
  await install(bin, "briar", program("briar version v1.2.3"));
  await install(bin, "thorn", program("thorn version v1.2.4"));

  const missing = findTools(setUp as SetUp);

  await expect(missing).rejects.toThrow(
    `  thorn 1.2.3: ${bin}/thorn reports "thorn version v1.2.4" instead of "thorn version v1.2.3"; none in ${setUp.cache}\n` +
      "npm start and npm test download or build them",
  );
  await expect(missing).rejects.not.toThrow("briar");
  expect(server.requests()).toBe(0);
});

test("a system that Kubernetes has nothing for is refused with the way out", () => {
  expect(platformOf("darwin", "arm64")).toBe("darwin-arm64");
  expect(platformOf("linux", "x64")).toBe("linux-amd64");
  expect(() => platformOf("win32", "x64")).toThrow("this is win32 on x64. On Windows, use WSL 2");
  expect(() => platformOf("linux", "arm")).toThrow("this is linux on arm");
});

test("the cache is where XDG_CACHE_HOME says, or else in the home folder", () => {
  const home = path.join(os.homedir(), ".cache", "bramble");
  expect(cacheFolder({ XDG_CACHE_HOME: "/var/tmp" })).toBe("/var/tmp/bramble");
  expect(cacheFolder({})).toBe(home);
  expect(cacheFolder({ XDG_CACHE_HOME: "relative" })).toBe(home);
});
