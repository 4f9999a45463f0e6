import { randomBytes } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { backupTools, buildPatience } from "../../backup/backupTools.ts";
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

const complete = async () => {
  const { said } = await app.restic("snapshots", "--json", "--tag", "complete");
  return JSON.parse(said.slice(said.indexOf("["))) as { id: string; tags: string[] }[];
};
const succeeds = async (run: Promise<{ code: number | null; said: string }>) => {
  const { code, said } = await run;
  expect(code, said).toBe(0);
  return said;
};

const locks = () => readdirSync(path.join(app.repositories, "notes/locks"));

describe("a backup and its restore", { timeout: 120_000 }, () => {
  it("bring back what was there, and leave out what is excluded", async () => {
    app.write("cache/page", "can be had anew");
    await succeeds(app.backUp());
    app.empty();
    expect(await succeeds(app.restore())).toContain("restore of notes: done.");
    expect(app.files()).toEqual({ "notes/first": "first" });
    expect(readdirSync(app.data)).toEqual(["notes"]);
  });

  it("is the newest, or the one that is asked for", async () => {
    await succeeds(app.backUp());
    const [first] = await complete();
    app.write("notes/first", "changed");
    await succeeds(app.backUp());

    app.empty();
    await succeeds(app.restore());
    expect(app.files()).toEqual({ "notes/first": "changed" });
    app.empty();
    await succeeds(app.restore(first!.id.slice(0, 8)));
    expect(app.files()).toEqual({ "notes/first": "first" });
    app.empty();
    expect(await succeeds(app.restore("none"))).toContain("the settings say not to restore");
    expect(app.files()).toEqual({});
  });

  it("never touches data that is there", async () => {
    await succeeds(app.backUp());
    app.write("notes/first", "newer than any backup");
    for (const which of ["newest", "0123456789abcdef"]) {
      expect(await succeeds(app.restore(which))).toContain("the volume has data; nothing is restored");
    }
    expect(app.files()).toEqual({ "notes/first": "newer than any backup" });
  });

  it("starts empty where nothing was ever backed up, and only there", async () => {
    app.empty();
    expect(await succeeds(app.restore())).toContain("no backup yet");
    rmSync(app.repositories, { recursive: true });
    writeFileSync(app.repositories, "a target that is none");
    const { code, said } = await app.restore();
    expect(code).toBe(1);
    expect(said).toContain("can't open the repository");
    expect(await succeeds(app.restore("newest", true))).toContain("continuing without it");
  });

  it("does not wait for a backup that a power cut has ended while it had the repository for itself", async () => {
    await succeeds(app.backUp());
    app.empty();
    const pruning = app.startRestic("prune");
    onTestFinished(() => pruning.stop("SIGKILL"));
    while (locks().length === 0) await sleep(1);
    // Not killed: restic knows that a process of the same host is gone.
    pruning.stop("SIGSTOP");
    await succeeds(app.restore());
    expect(app.files()).toEqual({ "notes/first": "first" });
    expect(locks()).toHaveLength(1);
  });
  it("finishes a restore that was cut off while it was put in place, and begins one anew that was not whole", async () => {
    mkdirSync(path.join(app.data, ".restore/data/notes"), { recursive: true });
    renameSync(path.join(app.data, "notes/first"), path.join(app.data, ".restore/data/second"));
    rmSync(path.join(app.data, "notes"), { recursive: true });
    writeFileSync(path.join(app.data, ".restore/complete"), "");
    expect(await succeeds(app.restore())).toContain("finishing an interrupted restore");
    expect(app.files()).toEqual({ second: "first" });

    await succeeds(app.backUp());
    app.empty();
    app.write(".restore/data/half", "of a file");
    await succeeds(app.restore());
    expect(app.files()).toEqual({ second: "first" });
  });
});

describe("a backup that goes wrong", { timeout: 120_000 }, () => {
  it("cut off half-way is never taken for the newest, and does not hinder the next", async () => {
    await succeeds(app.backUp());
    app.write("large", randomBytes(40_000_000));
    const { stop, ended } = await app.startBackup();
    while (!existsSync(path.join(app.repositories, "notes/locks")) || locks().length === 0) await sleep(5);
    await sleep(150);
    stop("SIGKILL");
    expect((await ended).code).toBeNull();
    expect(await complete()).toHaveLength(1);
    app.empty();
    await succeeds(app.restore());
    expect(app.files()).toEqual({ "notes/first": "first" });
    // Its lock counts for half an hour.
    await app.restic("unlock", "--remove-all");
    await succeeds(app.backUp());
    expect(await complete()).toHaveLength(2);
  });
  it("written while the data changed does not count", async () => {
    await succeeds(app.backUp());
    const { code, said } = await app.backUp("scratch", () => app.write("notes/second", "pushed meanwhile"));
    expect(code).toBe(1);
    expect(said).toContain("changed during the backup");
    expect(said).toContain("FAILED while checking that");
    expect(await complete()).toHaveLength(1);
    app.empty();
    await succeeds(app.restore());
    expect(app.files()).toEqual({ "notes/first": "first" });
  });

  it("of a volume that lost its data is refused", async () => {
    await succeeds(app.backUp());
    app.empty();
    const { code, said } = await app.backUp();
    expect(code).toBe(1);
    expect(said).toContain("its disk may be lost");
    expect(await complete()).toHaveLength(1);
  });

  it("with a wrong password fails, makes no second repository, and says so in the restore as well", async () => {
    await succeeds(app.backUp());
    app.setPassword("another password");
    const { code, said } = await app.backUp();
    expect(code).toBe(12);
    expect(said).toContain("wrong password");
    expect(said).toContain("FAILED while opening the repository");
    app.empty();
    const restored = await app.restore();
    expect(restored.code).toBe(1);
    expect(restored.said).toContain("Set the password of the backups");
    expect(app.files()).toEqual({});
    app.setPassword("a password that was kept");
    await succeeds(app.restore());
    expect(app.files()).toEqual({ "notes/first": "first" });
  });

  it("that found damage in the repository does not count, and removes nothing", async () => {
    await succeeds(app.backUp());
    const index = path.join(app.repositories, "notes/index");
    const [file] = readdirSync(index);
    chmodSync(path.join(index, file!), 0o600);
    const bytes = readFileSync(path.join(index, file!));
    bytes[50]! ^= 1;
    writeFileSync(path.join(index, file!), bytes);
    app.write("notes/second", "second");
    const { code, said } = await app.backUp();
    expect(code).not.toBe(0);
    expect(said).toContain("FAILED while");
    expect(await complete()).toHaveLength(1);
  });

  it("two at once do no harm: both count", async () => {
    await succeeds(app.backUp());
    const both = await Promise.all([app.backUp("scratch-a"), app.backUp("scratch-b")]);
    for (const { code, said } of both) expect(code, said).toBe(0);
    expect((await app.restic("check", "--read-data")).code).toBe(0);
    app.empty();
    await succeeds(app.restore());
    expect(app.files()).toEqual({ "notes/first": "first" });
  });

  it("two first ones at once make one repository", async () => {
    const both = await Promise.all([app.backUp("scratch-a"), app.backUp("scratch-b")]);
    for (const { code, said } of both) expect(code, said).toBe(0);
    expect((await app.restic("check", "--read-data")).code).toBe(0);
  });
});
