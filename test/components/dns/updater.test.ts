import { spawnSync } from "node:child_process";
import { copyFileSync, chmodSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { updaterEnvironment } from "../../../components/dns/dynamicDnsWorkload.ts";
import { optionalProgram } from "../../../lab/images/optionalPrograms.ts";
import { findExecutable } from "../../../tools/executable.ts";
import { ownCertificate } from "../../../lab/outside/certificate.ts";
import type { StoredRecord } from "../../../lab/outside/cloudflareApi.ts";
import { CloudflareProxy } from "../../edge/cloudflareProxy.ts";
import { LoopbackCloudflare } from "../../edge/loopback.ts";
import { freePorts } from "../../../rehearsal/freePorts.ts";
import { Program } from "../../../lab/outside/program.ts";

const { file: ddns, missing } = optionalProgram("ddns");
const busybox = await findExecutable("busybox", process.env.PATH ?? "");
const why =
  ddns === undefined
    ? `${missing}: favonia/cloudflare-ddns, built with \`go build ./cmd/ddns\``
    : busybox === undefined
      ? "no busybox on PATH"
      : undefined;

const entrance = "entrance.home.example.com";
const scripts = new URL("../../../components/dns/", import.meta.url).pathname;
let folder: string;
let state: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "updater-"));
  state = path.join(folder, "state");
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const readiness = (tooOld: number) =>
  spawnSync("sh", [path.join(scripts, "ready.sh"), String(tooOld)], {
    env: { ...process.env, STATE: state },
  });
const reasonOf = (tooOld = 720) => readiness(tooOld).stdout.toString();

describe("the updater's readiness", () => {
  const hear = (pathInfo: string, message: string) =>
    // Does not throw where a report that is of no interest is not read to its end.
    spawnSync("sh", [path.join(scripts, "heard.sh")], {
      env: { ...process.env, STATE: state, PATH_INFO: pathInfo, CONTENT_LENGTH: String(message.length) },
      input: message,
    }).stdout.toString();
  beforeEach(() => {
    rmSync(state, { force: true });
  });

  it("is not there before the first update", () => {
    expect(readiness(720).status).toBe(1);
    expect(reasonOf()).toContain("has not run yet");
  });
  it("follows the last report, and says what went wrong", () => {
    expect(hear("/ping", "all is well")).toContain("\r\n\r\nOK");
    expect(readiness(720).status).toBe(0);
    hear("/ping/fail", "Could not reach the zone\nof example.com; rm -rf $(id)");
    expect(readiness(720).status).toBe(1);
    expect(reasonOf()).toBe(
      "the last update failed: Could not reach the zone of example.com; rm -rf $(id)\n",
    );
    for (const other of ["/ping/start", "/ping/0", "/ping/log"]) hear(other, "x");
    expect(readiness(720).status).toBe(1);
    hear("/ping", "all is well");
    expect(readiness(720).status).toBe(0);
  });
  it("ends when reports stay away, unless none are expected", () => {
    hear("/ping", "all is well");
    utimesSync(state, new Date(), new Date(Date.now() - 800_000));
    expect(readiness(720).status).toBe(1);
    expect(reasonOf()).toContain("no update for more than 720 seconds");
    expect(readiness(0).status).toBe(0);
  });
});

describe("the updater against Cloudflare's API", { timeout: 120_000 }, () => {
  const cloudflare = new LoopbackCloudflare();
  let proxy: CloudflareProxy;
  let report: Program;
  let updater: Program;
  const others: Omit<StoredRecord, "id">[] = [
    { name: "example.com", type: "A", content: "192.0.2.1", ttl: 1, proxied: true, comment: null },
    { name: "example.com", type: "MX", content: "mail.example.com", ttl: 1, proxied: false, comment: null },
    { name: "gogs.home.example.com", type: "CNAME", content: entrance, ttl: 1, proxied: false, comment: "x" },
  ];

  beforeAll(async () => {
    if (why !== undefined) return;
    const own = ownCertificate(folder, "cloudflare", "DNS:api.cloudflare.com");
    await cloudflare.start();
    proxy = new CloudflareProxy(cloudflare, own);
    await proxy.start();
    for (const other of others) cloudflare.put(other);
    report = await startReport();
    updater = startUpdater(own.certificateFile);
  }, 60_000);
  afterAll(async () => {
    if (why !== undefined) return;
    await updater.stop();
    await report.stop();
    proxy.stop();
    cloudflare.stop();
  }, 60_000);

  let reportPort: number;
  async function startReport(): Promise<Program> {
    const www = path.join(folder, "www", "cgi-bin");
    mkdirSync(www, { recursive: true });
    copyFileSync(path.join(scripts, "heard.sh"), path.join(www, "heard"));
    chmodSync(path.join(www, "heard"), 0o555);
    [reportPort] = (await freePorts(1)) as [number];
    const args = ["httpd", "-f", "-p", `127.0.0.1:${reportPort}`, "-h", path.join(folder, "www")];
    return new Program(busybox!, args, { STATE: state });
  }

  function startUpdater(authority: string): Program {
    const token = path.join(folder, "token");
    writeFileSync(token, cloudflare.token);
    const environment = updaterEnvironment({ entrance, proxied: false, ttl: 300, paused: false });
    return new Program(ddns!, [], {
      ...environment,
      CLOUDFLARE_API_TOKEN_FILE: token,
      HEALTHCHECKS: environment.HEALTHCHECKS.replace(/:\d+/, `:${reportPort}`),
      // Not minutes, as on the boards.
      UPDATE_CRON: "@every 2s",
      HTTPS_PROXY: proxy.url,
      SSL_CERT_FILE: authority,
    });
  }

  const addresses = () =>
    cloudflare.records
      .filter(({ name, type }) => name === entrance && type === "A")
      .map(({ content }) => content);
  const untouched = () =>
    cloudflare.records
      .filter(({ name }) => name !== entrance)
      .map(({ id, ...rest }) => ({ ...rest, id: undefined }));

  it("makes the entrance's record, and is ready then", async ({ skip }) => {
    skip(why !== undefined, why);
    await updater.until("ready", () => readiness(720).status === 0);
    expect(addresses()).toEqual(["203.0.113.7"]);
    expect(cloudflare.records.find(({ name }) => name === entrance)).toMatchObject({
      ttl: 300,
      proxied: false,
    });
  });

  it("follows another address within its period", async ({ skip }) => {
    skip(why !== undefined, why);
    cloudflare.address = "203.0.113.8";
    const start = performance.now();
    await updater.until("followed", () => addresses().join() === "203.0.113.8");
    console.log(`followed another address after ${((performance.now() - start) / 1000).toFixed(1)} s`);
  });

  it("gets over 429, 500 and silence, and loses nothing", async ({ skip }) => {
    skip(why !== undefined, why);
    cloudflare.trouble.push(429, 500, "no answer", 500, 429);
    cloudflare.address = "203.0.113.9";
    await updater.until("followed", () => addresses().join() === "203.0.113.9");
    expect(cloudflare.trouble).toEqual([]);
    await updater.until("ready", () => readiness(720).status === 0);
  });

  it("leaves every other record alone", ({ skip }) => {
    skip(why !== undefined, why);
    expect(untouched()).toEqual(others.map((other) => ({ ...other, id: undefined })));
  });

  it("shows that it fails, and why", async ({ skip }) => {
    skip(why !== undefined, why);
    cloudflare.revoke();
    cloudflare.address = "203.0.113.10";
    await updater.until("failing", () => readiness(720).status === 1);
    expect(reasonOf()).toMatch(/the last update failed: .*entrance\.home\.example\.com/);
    expect(addresses()).toEqual(["203.0.113.9"]);
  });
});
