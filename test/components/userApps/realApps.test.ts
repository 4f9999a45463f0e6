import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { backupTools, buildPatience } from "../../backup/backupTools.ts";
import { findPythonApps } from "../../programs/programs.ts";
import { databaseRows } from "../gogs/databaseRows.ts";
import { RunningApp } from "./runningApp.ts";
import { StoppingCluster, until } from "./stoppingCluster.ts";

/** A SQLite app that runs on while it is backed up, and one with files that is stopped. */
const apps = `
comments:
  image: ghcr.io/isso-comments/isso:0.14.0
  port: 8080
  memory: { request: 64Mi, limit: 128Mi }
  command: [isso, -c, /config/isso.cfg, run]
  volumes: { db: /db }
  backup: { quiesce: sqlite, database: db/comments.db }
  files:
    /config/isso.cfg: |
      [general]
      dbpath = /db/comments.db
      host = http://blog.example.com/
      [server]
      listen = http://127.0.0.1:8080/
      [guard]
      enabled = false
calendars:
  image: ghcr.io/kozea/radicale:3.9.0
  port: 5232
  memory: { request: 32Mi, limit: 96Mi }
  command: [radicale, --config, /etc/radicale/config]
  volumes: { collections: /var/lib/radicale }
  files:
    /etc/radicale/config: |
      [server]
      hosts = 127.0.0.1:5232
      [auth]
      type = none
      [storage]
      filesystem_folder = /var/lib/radicale
`;

const bin = findPythonApps();
let restic = "";
beforeAll(async () => {
  restic = (await backupTools()).restic;
}, buildPatience);
beforeEach(({ skip }) =>
  skip(bin === undefined, "Isso and Radicale could not be installed; npm test says why"),
);

describe("a real app with SQLite", { timeout: 120_000 }, () => {
  let app: RunningApp;
  beforeAll(() => {
    if (bin !== undefined) app = new RunningApp(apps, "comments", bin, restic);
  });
  afterAll(() => (bin === undefined ? undefined : app.end()));

  const comment = async (text: string) => {
    const response = await fetch(`${app.url}/new?uri=%2Fa`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: "http://blog.example.com" },
      body: JSON.stringify({ text, author: "me", title: "A page" }),
    });
    expect(response.status, await response.clone().text()).toBe(201);
  };
  const texts = () =>
    databaseRows(path.join(app.data, "db/comments.db")).comments!.map(({ text }) => String(text));

  it("is backed up while people write, and comes back with every row of that moment", async () => {
    const [restored] = await app.start();
    expect(restored?.said).toContain("there is no backup yet");
    for (let i = 0; i < 20; i++) await comment(`before the backup ${i}`);

    const over = new AbortController();
    let written = 0;
    const writer = (async () => {
      while (!over.signal.aborted) await comment(`meanwhile ${written++}`);
    })();
    const { code, said } = await app.backUp();
    over.abort();
    await writer;
    expect(said).toContain("backup of comments: complete.");
    expect(code).toBe(0);
    expect(written).toBeGreaterThan(2);
    const rows = texts();
    await app.stop();

    app.empty();
    const [again] = await app.start();
    expect(again?.said).toContain("restore of comments: done.");
    const found = texts();
    expect(found.length).toBeGreaterThanOrEqual(20);
    expect(found).toEqual(rows.slice(0, found.length));
    await comment("after the restore");
    expect(texts()).toEqual([...found, "after the restore"]);
  });
});

describe("a real app with files", { timeout: 300_000 }, () => {
  let app: RunningApp;
  const cluster = new StoppingCluster("real-apps");
  beforeAll(async () => {
    if (bin === undefined) return;
    app = new RunningApp(apps, "calendars", bin, restic);
    await cluster.start(apps, "calendars");
    app.env = await cluster.credentials(app.root);
  }, 180_000);
  afterAll(async () => {
    if (bin === undefined) return;
    await app.end();
    await cluster.end();
  }, 120_000);

  const event = (uid: number) =>
    `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nBEGIN:VEVENT\r\nUID:${uid}\r\nDTSTAMP:20261130T000000Z\r\nDTSTART:20261201T000000Z\r\nSUMMARY:Event ${uid}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;
  const ask = (method: string, route: string, body?: string) =>
    fetch(`${app.url}/me/home/${route}`, {
      method,
      headers: { authorization: `Basic ${Buffer.from("me:").toString("base64")}` },
      ...(body !== undefined && { body }),
    });

  it("is stopped by the backup's own account, backed up, started again, and comes back with every file", async () => {
    await app.start();
    const made = await ask("MKCALENDAR", "");
    expect(made.status, await made.text()).toBe(201);
    for (let i = 0; i < 30; i++) expect((await ask("PUT", `${i}.ics`, event(i))).status).toBe(201);
    const before = app.hashes();
    expect(Object.keys(before).length).toBeGreaterThanOrEqual(30);
    expect(await cluster.replicas()).toBe(1);

    const { code, said } = await app.backUp(async () => {
      expect(await cluster.replicas()).toBe(0);
      expect(await cluster.pods()).toEqual([]);
      await app.stop();
    });
    expect(said).toContain("backup of calendars: complete.");
    expect(code).toBe(0);
    expect(await cluster.replicas()).toBe(1);

    app.empty();
    const [restored] = await app.start();
    expect(restored?.said).toContain("restore of calendars: done.");
    expect(app.hashes()).toEqual(before);
    const answer = await ask("GET", "7.ics");
    expect(await answer.text()).toContain("SUMMARY:Event 7");
  });

  it("stays stopped where its owner has stopped it", async () => {
    await cluster.scale(0);
    const { said } = await app.backUp(() => app.stop());
    expect(said).toContain("complete.");
    expect(await cluster.replicas()).toBe(0);
    await cluster.scale(1);
  });

  it("is started by the next backup where a power cut ended the one before", async () => {
    const sidecar = cluster.startSidecar(app.env);
    await until(sidecar.isReady);
    expect(await cluster.replicas()).toBe(0);
    sidecar.stop("SIGKILL");
    await sidecar.ended;
    expect(await cluster.replicas()).toBe(0);
    const { code } = await app.backUp(() => app.stop());
    expect(code).toBe(0);
    expect(await cluster.replicas()).toBe(1);
  });

  it("gives its backup's account nothing else", async () => {
    expect(await cluster.may("get", "statefulsets/scale", "calendars")).toBe(true);
    expect(await cluster.may("patch", "statefulsets/scale", "calendars")).toBe(true);
    expect(await cluster.may("patch", "statefulsets/scale", "other")).toBe(false);
    expect(await cluster.may("patch", "statefulsets", "calendars")).toBe(false);
    expect(await cluster.may("get", "secrets", "backup-password")).toBe(false);
    expect(await cluster.may("delete", "pods", "calendars-0")).toBe(false);
    expect(await cluster.may("get", "configmaps", "files")).toBe(false);
  });
});
