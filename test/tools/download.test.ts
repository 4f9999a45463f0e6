import { execFile } from "node:child_process";
import fs from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { obtainTools } from "../../tools/obtain.ts";
import * as answers from "./releaseServer.ts";
import { releaseServer } from "./releaseServer.ts";
import { fakeGo, filesIn, install, program, sandbox, sha256, thorn, thornProgram } from "./sandbox.ts";

const kept = "thorn-1.2.3-linux-amd64";

describe("a release", () => {
  test("with the pinned checksum is used and kept", async () => {
    const server = await releaseServer(answers.whole(thornProgram));
    const { setUp } = await sandbox(thorn({ url: server.url, sha256: sha256(thornProgram) }));

    const { thorn: file } = await obtainTools(setUp);

    expect(file).toBe(path.join(setUp.cache, kept, "thorn"));
    expect(await filesIn(setUp.cache)).toEqual([`${kept}/thorn`, `${kept}/thorn.json`]);
    expect(JSON.parse(await fs.readFile(`${file}.json`, "utf8"))).toEqual({
      size: thornProgram.length,
      origin: `release ${server.url}`,
    });
  });

  test("is asked for once", async () => {
    const server = await releaseServer(answers.whole(thornProgram));
    const { setUp } = await sandbox(thorn({ url: server.url, sha256: sha256(thornProgram) }));

    const first = await obtainTools(setUp);
    expect(await obtainTools(setUp)).toEqual(first);

    expect(server.requests()).toBe(1);
  });

  test("in an archive is unpacked", async () => {
    const { folder, setUp } = await sandbox();
    await install(path.join(folder, "thorn-v1.2.3"), "thorn", thornProgram);
    const archive = path.join(folder, "thorn.tar.gz");
    await promisify(execFile)("tar", ["-czf", archive, "-C", folder, "thorn-v1.2.3"]);
    const content = await fs.readFile(archive);
    const server = await releaseServer(answers.whole(content));
    const release = { url: server.url, sha256: sha256(content), member: "thorn-v1.2.3/thorn" };

    const { thorn: file } = await obtainTools({ ...setUp, tools: [thorn(release)] });

    expect(await fs.readFile(file ?? "", "utf8")).toBe(thornProgram);
    expect(await filesIn(setUp.cache)).toEqual([`${kept}/thorn`, `${kept}/thorn.json`]);
  });
});

describe("a release that", () => {
  const other = program("thorn version v1.2.4");
  test.each([
    [
      "has another checksum",
      answers.whole("something else"),
      thornProgram,
      /has the sha256 \w+ instead of the pin/,
    ],
    [
      "is truncated",
      answers.truncated(thornProgram),
      thornProgram,
      /has the sha256 \w+ instead of the pinned/,
    ],
    ["is cut off", answers.cut(thornProgram), thornProgram, /other side closed/],
    ["stalls", answers.stalled(thornProgram), thornProgram, /sent nothing more within 2 s/],
    ["is not there", answers.status(404), thornProgram, /answered 404 Not Found/],
    ["does not answer", answers.silent, thornProgram, /cannot be reached: .* did not answer within 2 s/],
    [
      "holds another version",
      answers.whole(other),
      other,
      /reports "thorn version v1.2.4" instead of "thorn/,
    ],
  ])("%s is not used, and the build is", async (_name, answer, pinned, why) => {
    const server = await releaseServer(answer);
    const { bin, said, setUp } = await sandbox(thorn({ url: server.url, sha256: sha256(pinned) }));
    await install(bin, "go", fakeGo());

    const { thorn: file } = await obtainTools(setUp);

    expect(said.find((line) => line.includes("no release"))).toMatch(why);
    expect(JSON.parse(await fs.readFile(`${file}.json`, "utf8"))).toMatchObject({
      origin: "build of example.com/cmd/thorn with go1.26.0",
    });
    expect(await filesIn(setUp.cache)).toEqual([`${kept}/thorn`, `${kept}/thorn.json`]);
  });

  test("never ends is given up, though it does not stall", async () => {
    const server = await releaseServer(answers.trickled);
    const { setUp } = await sandbox(thorn({ url: server.url, sha256: sha256(thornProgram) }));
    const patience = { ...setUp.patience, stall: 60_000, total: 500 };

    await expect(obtainTools({ ...setUp, patience })).rejects.toThrow("was not complete within 0.5 s");

    expect(await filesIn(setUp.cache)).toEqual([]);
  });

  test("cannot be used leaves nothing when it cannot be built either", async () => {
    const server = await releaseServer(answers.cut(thornProgram));
    const { setUp } = await sandbox(thorn({ url: server.url, sha256: sha256(thornProgram) }));

    await expect(obtainTools(setUp)).rejects.toThrow("other side closed");

    expect(await filesIn(setUp.cache)).toEqual([]);
  });

  test("does not answer is the last one that its host is asked for", async () => {
    const server = await releaseServer(answers.silent);
    const release = { url: server.url, sha256: sha256(thornProgram) };
    const { bin, setUp } = await sandbox(thorn(release), thorn(release, "briar"));
    await install(bin, "go", fakeGo());

    await obtainTools(setUp);

    expect(server.requests()).toBe(1);
  });
});

describe("a cached tool", () => {
  test.each([
    ["was cut short", (file: string) => fs.truncate(file, 10)],
    ["has no record", (file: string) => fs.rm(`${file}.json`)],
    ["has half a record", (file: string) => fs.truncate(`${file}.json`, 10)],
    ["is gone", (file: string) => fs.rm(file)],
  ])("that %s is downloaded again", async (_name, damage) => {
    const server = await releaseServer(answers.whole(thornProgram));
    const { setUp } = await sandbox(thorn({ url: server.url, sha256: sha256(thornProgram) }));
    const { thorn: file = "" } = await obtainTools(setUp);
    await damage(file);

    await obtainTools(setUp);

    expect(server.requests()).toBe(2);
    expect(await fs.readFile(file, "utf8")).toBe(thornProgram);
  });
});
