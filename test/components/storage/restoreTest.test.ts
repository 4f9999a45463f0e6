import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { backupTools, buildPatience } from "../../backup/backupTools.ts";
import { startReceiver } from "../../gateway/receiver.ts";
import { SavedApp } from "./savedApp.ts";

let restic: string;
let app: SavedApp;
beforeAll(async () => {
  restic = (await backupTools()).restic;
}, buildPatience);
beforeEach(() => {
  app = new SavedApp(restic);
  app.write("notes/first", "first");
});
afterEach(() => app.end());

async function backUp(between?: () => void): Promise<void> {
  const { code, said } = await app.backUp("scratch", between);
  expect(code, said).toBe(0);
}

/** The test passes, and leaves nothing. */
async function passes(): Promise<string> {
  const { code, said } = await app.testRestore();
  expect(said).toContain("restore test of notes: passed.");
  expect(code, said).toBe(0);
  expect(app.leftovers()).toEqual([]);
  return said;
}

/** The test fails with this verdict as its last word, and leaves nothing. */
async function fails(verdict: RegExp): Promise<string> {
  const { code, said } = await app.testRestore();
  expect(code, said).toBe(1);
  expect(said.trim().split("\n").at(-1)).toMatch(verdict);
  expect(said).not.toContain("passed");
  expect(app.leftovers()).toEqual([]);
  return said;
}

/** Every file of the repository with its content and its time. */
function repository(): string[] {
  return readdirSync(app.repositories, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map(({ parentPath, name }) => path.join(parentPath, name))
    .map((file) => `${file} ${statSync(file).mtimeMs} ${readFileSync(file).toString("base64")}`)
    .sort();
}

/** Flips a byte of the largest pack: of files' contents, if these are large enough. */
function damageData(): void {
  const folder = path.join(app.repositories, "notes/data");
  const packs = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map(({ parentPath, name }) => path.join(parentPath, name))
    .sort((one, other) => statSync(other).size - statSync(one).size);
  const [largest = ""] = packs;
  chmodSync(largest, 0o600);
  const bytes = readFileSync(largest);
  bytes[20]! ^= 1;
  writeFileSync(largest, bytes);
}

describe("the restore test", { timeout: 120_000 }, () => {
  it("passes with a sound backup, and touches neither the data nor the repository", async () => {
    await backUp();
    app.write("notes/first", "changed since");
    const before = repository();
    expect(await passes()).toMatch(
      /backup [0-9a-f]{8} of \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC was restored and verified: 1 files/,
    );
    expect(app.files()).toEqual({ "notes/first": "changed since" });
    expect(repository()).toEqual(before);
  });

  it("deletes what was restored, even read-only folders", async () => {
    chmodSync(path.join(app.data, "notes"), 0o555);
    await backUp();
    await passes();
  });

  it("does not wait for a backup that has the repository for itself", async () => {
    await backUp();
    const pruning = app.startRestic("prune");
    onTestFinished(() => pruning.stop("SIGKILL"));
    while (locks().length === 0) await sleep(1);
    // Its lock stays, and is not taken for that of a process that is gone.
    pruning.stop("SIGSTOP");
    expect(locks()).toHaveLength(1);
    await passes();
    expect(locks()).toHaveLength(1);
  });
  const locks = () => readdirSync(path.join(app.repositories, "notes/locks"));

  it("fails with a backup whose data is damaged, and says where to look", async () => {
    app.write("large", randomBytes(100_000));
    await backUp();
    damageData();
    const said = await fails(
      /restore test of notes: FAILED while restoring backup [0-9a-f]{8} of .* see the log of the container restore-notes\.$/,
    );
    expect(said).toMatch(/Fatal|ciphertext verification failed/);
  });

  it("fails where nothing was backed up, or nothing completely", async () => {
    await fails(/there is no repository, so nothing was ever backed up/);
    await backUp();
    const { code, said } = await app.restic("tag", "--remove", "complete", "--add", "unfinished");
    expect(code, said).toBe(0);
    await fails(/there is no complete backup\. See the log of the backup's last job\.$/);
  });

  it("fails with an old backup, before it restores anything", async () => {
    await backUp();
    const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 19);
    const age = async (days: number) => {
      const time = daysAgo(days).replace("T", " ");
      const { code, said } = await app.restic("rewrite", "--forget", "--new-time", time);
      expect(code, said).toBe(0);
    };
    await age(1.9);
    await passes();
    await age(2.1);
    const said = await fails(
      /the newest complete one is backup .* UTC, 50 hours ago; it may be 48 hours old\./,
    );
    expect(said).not.toContain("restoring");
  });

  it("fails on a disk that is too full, before it restores anything", async () => {
    await backUp();
    app.env.NODE_NAME = "pi3-3";
    app.disk(151_000);
    await passes();
    app.disk(150_000);
    const said = await fails(
      /backup .* needs 1 MiB, but the disk of pi3-3 has 0 MiB to spare \(15 % stay free/,
    );
    expect(said).not.toContain("restoring");
  });

  it("fails with a wrong password, and with a target that cannot be reached", async () => {
    await backUp();
    app.setPassword("another password");
    await fails(/wrong password for the repository\. Set the password of the backups/);
    rmSync(app.repositories, { recursive: true });
    writeFileSync(app.repositories, "a target that is none");
    await fails(/can't open the repository; see the log of the container restore-notes\.$/);
  });

  it("fails with a backup without files", async () => {
    await backUp();
    rmSync(path.join(app.data, "notes"), { recursive: true });
    mkdirSync(path.join(app.data, "cache"));
    app.write("cache/page", "left out");
    await backUp();
    await fails(/backup .* has no file\.$/);
  });

  it("goes on to the next app after one that fails, and fails in the end", async () => {
    await backUp();
    const { code, said } = await app.testRestore("other");
    expect(code).toBe(1);
    expect(said).toContain("restore test of notes: passed.");
    expect(said).toContain("restore test of other: there is no repository");
  });
});

describe("the restore test of an app with a database", { timeout: 120_000 }, () => {
  beforeEach(() => {
    app.database = "notes/notes.db";
    const database = new DatabaseSync(path.join(app.data, app.database));
    database.exec("CREATE TABLE note (text TEXT); CREATE INDEX by_text ON note (text); BEGIN");
    const insert = database.prepare("INSERT INTO note VALUES (?)");
    for (let i = 0; i < 2000; i += 1) insert.run(`note ${i}`);
    database.exec("COMMIT");
    database.close();
  });
  const copy = () => path.join(app.root, "source/database/notes.db");

  it("passes if SQLite finds it sound", async () => {
    await backUp();
    expect(await passes()).toContain("1 databases checked, 0 damaged");
  });

  it.each([
    [
      "damaged pages",
      () => {
        const bytes = readFileSync(copy());
        bytes.fill(0xff, 8192, 12_288);
        writeFileSync(copy(), bytes);
      },
      /the database notes\.db in the backup is damaged: .+\.$/,
    ],
    [
      "no database",
      () => writeFileSync(copy(), "not a database at all".repeat(100)),
      /file is not a database/,
    ],
    ["none in the backup", () => rmSync(copy()), /the backup has no database\.$/],
  ])("fails with %s", async (_, damage, verdict) => {
    await backUp(damage);
    await fails(verdict);
  });

  it("says what failed before, not that there is no database", async () => {
    await backUp();
    damageData();
    expect(await fails(/FAILED while/)).not.toContain("has no database");
  });
});

describe("DogStatsD", { timeout: 120_000 }, () => {
  /** What it is told, line by line. `nc` of the image sends UDP; that of this machine may not. */
  async function told(count: number): Promise<string[]> {
    const receiver = await startReceiver();
    onTestFinished(() => receiver.close());
    app.replace(
      "nc",
      '#!/bin/bash\n[ "$*" = "-u -w 1 127.0.0.1 8125" ] && cat >"/dev/udp/127.0.0.1/$TEST_PORT"\n',
    );
    Object.assign(app.env, { STATSD_HOST: "127.0.0.1", TEST_PORT: String(receiver.port) });
    await app.backUp();
    await app.testRestore("other");
    await receiver.received(count);
    return receiver.datagrams.flatMap((each) => each.trim().split("\n"));
  }

  it("is told how a backup and the test of each app ended", async () => {
    expect((await told(3)).map((line) => line.replace(/seconds:\d+/, "seconds:n"))).toEqual([
      "bramble.backup.failed:0|g|#app:notes",
      "bramble.backup.seconds:n|g|#app:notes",
      "bramble.restore_test.failed:0|g|#app:notes",
      "bramble.restore_test.seconds:n|g|#app:notes",
      "bramble.restore_test.failed:1|g|#app:other",
      "bramble.restore_test.seconds:n|g|#app:other",
    ]);
  });
});
