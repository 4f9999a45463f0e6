import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { hashSync } from "bcryptjs";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { backupServerWorkload, htpasswdPath } from "../../../components/storage/backupServerWorkload.ts";
import { backupServer, type BackupTarget, repositoryOf } from "../../../components/app/backupTarget.ts";
import type { Container } from "../../../components/workload/workload.ts";
import { type BackupToolName, backupTools, buildPatience } from "../../backup/backupTools.ts";
import { type Machine, runContainer, type Running, startContainer } from "../../backup/container.ts";
import { freePorts } from "../../../rehearsal/freePorts.ts";
import { SavedApp } from "./savedApp.ts";

const scripts = new URL("../../../components/storage", import.meta.url).pathname;

let tools: Record<BackupToolName, string>;
let app: SavedApp;
let server: Running | undefined;
beforeAll(async () => {
  tools = await backupTools();
}, buildPatience);
afterEach(async () => {
  await stop();
  app.end();
});

async function serve(container: Container, machine: Machine, url: string): Promise<void> {
  server = startContainer(container, machine);
  while ((await fetch(url).catch(() => undefined)) === undefined) await sleep(50);
}
async function stop(): Promise<void> {
  server?.stop("SIGKILL");
  await server?.ended;
  server = undefined;
}

async function comesBack(): Promise<void> {
  app.write("notes/first", "first");
  const backup = await app.backUp();
  expect(backup.code, backup.said).toBe(0);
  const test = await app.testRestore();
  expect(test.code, test.said).toBe(0);
  app.empty();
  const restore = await app.restore();
  expect(restore.code, restore.said).toBe(0);
  expect(app.files()).toEqual({ "notes/first": "first" });
}

describe("the server on another board", { timeout: 120_000 }, () => {
  const target = { board: "pi3-3", directory: "/var/lib/bramble-backups" };

  /** Serves by the very command line of its pod, with one account, `notes`. */
  async function start(...more: string[]): Promise<void> {
    app = new SavedApp(tools.restic, target);
    // The watch that ends what takes too long goes on.
    app.replace("sleep", `#!/bin/sh\n[ "$1" = 40 ] || exec /bin/sleep "$@"\necho "$1" >>${app.root}/slept\n`);
    const accounts = path.join(app.root, "htpasswd");
    writeFileSync(accounts, `notes:${hashSync("account", 4)}\nother:${hashSync("account", 4)}\n`);
    await startAgain(...more);
  }
  async function startAgain(...more: string[]): Promise<string> {
    const [port] = await freePorts(1);
    const { containers, initContainers } = backupServerWorkload(target).pod;
    const folders = { "/backups": app.repositories, "/etc/backup-server": scripts };
    const cleared = await runContainer(initContainers![0]!, { folders, programs: {} });
    expect(cleared.code, cleared.said).toBe(0);
    const [container] = containers;
    const url = `http://127.0.0.1:${port}`;
    const here = {
      "rest-server": tools["rest-server"],
      "--path=/backups": `--path=${app.repositories}`,
      [`--listen=:${backupServer.port}`]: `--listen=127.0.0.1:${port}`,
      [`--htpasswd-file=${htpasswdPath}`]: `--htpasswd-file=${path.join(app.root, "htpasswd")}`,
    };
    const command = [...(container?.command ?? []), ...more];
    await serve({ name: "rest-server", ...container, command }, { folders: {}, programs: here }, url);
    app.env = {
      RESTIC_REPOSITORY: repositoryOf(target, "notes").replace(/http:\/\/[^/]+/, url),
      RESTIC_REST_USERNAME: "notes",
      RESTIC_REST_PASSWORD: "account",
    };
    return cleared.said;
  }
  const inRepository = (file: string) => path.join(app.repositories, "notes", file);
  const slept = () => readFileSync(path.join(app.root, "slept"), "utf8").trim().split("\n");

  it("takes backups and gives them back, and only the first waits for what the server does not flush", async () => {
    await start();
    await comesBack();
    await comesBack();
    expect(slept()).toEqual(["40"]);
  });

  it.each([
    ["empty", (config: string) => writeFileSync(config, "")],
    ["missing", (config: string) => rmSync(config)],
  ])("creates a repository again whose config a power cut left %s", async (_, cut) => {
    await start();
    const { code, said } = await app.restic("init");
    expect(code, said).toBe(0);
    cut(inRepository("config"));
    app.write("notes/first", "first");
    expect((await app.backUp()).code).not.toBe(0);
    await stop();
    expect(await startAgain()).toContain("/notes was only half created");
    await comesBack();
  });

  it("leaves what can't be opened as it is if it has backups, and whole repositories", async () => {
    await start();
    await comesBack();
    await stop();
    expect(await startAgain()).toBe("");
    await stop();
    writeFileSync(inRepository("config"), "");
    const files = readdirSync(app.repositories, { recursive: true });
    expect(await startAgain()).toContain("it has backups: it is left as it is");
    expect(readdirSync(app.repositories, { recursive: true })).toEqual(files);
    app.empty();
    expect((await app.restore()).code).toBe(1);
    expect(app.files()).toEqual({});
  });

  it("shows an app only its own", async () => {
    await start();
    await comesBack();
    app.env = { ...app.env, RESTIC_REST_USERNAME: "other" };
    const { code, said } = await app.restic("snapshots");
    expect(code).not.toBe(0);
    expect(said).toMatch(/401|Unauthorized/i);
  });

  it("that is full, or gone: a clear failure, and the earlier backup is untouched", async () => {
    await start("--max-size=2000000");
    await comesBack();
    app.write("large", randomBytes(8_000_000));
    const full = await app.startBackup();
    // restic goes on trying for a quarter of an hour, for space may come.
    while (!/507|quota|exceed|storage|too large|413/i.test(full.said())) await sleep(50);
    full.stop("SIGTERM");
    await full.ended;

    await stop();
    const gone = await app.backUp();
    expect(gone.code).not.toBe(0);
    expect(gone.said).toContain("FAILED while opening the repository");
    app.empty();
    expect((await app.restore()).code).toBe(1);
    expect(app.files()).toEqual({});

    await startAgain();
    expect((await app.restore()).said).toContain("done.");
    expect(app.files()).toEqual({ "notes/first": "first" });
  });
});

describe("a bucket", { timeout: 120_000 }, () => {
  it("takes backups and gives them back", async () => {
    const [port = 0] = await freePorts(1);
    const endpoint = `http://127.0.0.1:${port}`;
    const target: BackupTarget = {
      s3: { endpoint, bucket: "backups", prefix: "bramble", region: "us-east-1" },
    };
    app = new SavedApp(tools.restic, target);
    mkdirSync(path.join(app.repositories, "backups"));
    const keys = { AWS_ACCESS_KEY_ID: "access-of-tests", AWS_SECRET_ACCESS_KEY: "secret-of-tests" };
    const command = [tools.versitygw, "--port", `127.0.0.1:${port}`, "posix", app.repositories];
    const machine = {
      folders: {},
      programs: {},
      env: { ROOT_ACCESS_KEY: keys.AWS_ACCESS_KEY_ID, ROOT_SECRET_KEY: keys.AWS_SECRET_ACCESS_KEY },
    };
    await serve({ name: "bucket", command }, machine, endpoint);
    app.env = keys;
    await comesBack();
  });
});
