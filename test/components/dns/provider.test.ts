import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation/index.js";
import { stringify } from "yaml";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DnsRecordsArgs } from "../../../components/dns/dnsRecords.ts";
import packageJson from "../../../package.json" with { type: "json" };
import { repository } from "../../../rehearsal/folder.ts";
import { enginePlace, findEngine } from "../../../tools/engine.ts";
import { engineOptions } from "../../../tools/pulumi.ts";
import { LoopbackCloudflare } from "../../edge/loopback.ts";

const version = packageJson.dependencies["@pulumi/cloudflare"];
const engine = await findEngine({ ...enginePlace(), providers: [{ name: "cloudflare", version }] });
const why = "missing" in engine ? engine.missing : undefined;

const args: DnsRecordsArgs = {
  zone: "example.com",
  entrance: "entrance.home.example.com",
  hosts: ["gogs.home.example.com", "sensors.home.example.com"],
  addresses: ["203.0.113.7", "2001:db8::7"],
  proxied: false,
  ttl: 300,
};
const others = [
  { name: "example.com", type: "A", content: "192.0.2.1", ttl: 1, proxied: true, comment: null },
  { name: args.entrance, type: "TXT", content: "by hand", ttl: 1, proxied: false, comment: null },
];

describe("Pulumi's Cloudflare provider", { timeout: 240_000 }, () => {
  const cloudflare = new LoopbackCloudflare();
  let folder: string;
  let stack: Stack;

  beforeAll(async () => {
    if ("missing" in engine) return;
    await cloudflare.start();
    for (const other of others) cloudflare.put(other);
    folder = mkdtempSync(path.join(repository, ".rehearsal-dns-"));
    stack = await makeStack(engine.cli);
  }, 120_000);
  afterAll(() => {
    if (why !== undefined) return;
    cloudflare.stop();
    rmSync(folder, { recursive: true });
  });

  async function makeStack(cli: string): Promise<Stack> {
    const state = path.join(folder, "state");
    mkdirSync(state);
    const project = {
      name: "dns",
      runtime: { name: "nodejs", options: { typescript: false } },
      main: path.relative(folder, path.join(repository, "test", "edge", "dnsProgram.ts")),
      backend: { url: `file://${state}` },
    };
    writeFileSync(path.join(folder, "Pulumi.yaml"), stringify(project));
    const environment = { PULUMI_CONFIG_PASSPHRASE: "test", CLOUDFLARE_BASE_URL: cloudflare.url };
    const where = { stackName: "test", workDir: folder };
    return LocalWorkspace.createOrSelectStack(where, await engineOptions(cli, environment));
  }

  async function up(changes: Partial<DnsRecordsArgs> = {}, token = cloudflare.token) {
    await stack.setConfig("test:token", { value: token, secret: true });
    await stack.setConfig("test:records", { value: JSON.stringify({ ...args, ...changes }) });
    const { summary } = await stack.up({ color: "never", suppressOutputs: true });
    return summary.resourceChanges ?? {};
  }
  const ours = () =>
    cloudflare.records
      .filter(({ comment }) => comment === "bramble: from the settings")
      .map(({ name, type, content }) => `${name} ${type} ${content}`)
      .sort();
  const untouched = () =>
    others.every((other) =>
      cloudflare.records.some((record) => record.name === other.name && record.content === other.content),
    );

  it("makes a record for each host, and one for each address", async ({ skip }) => {
    skip(why !== undefined, why);
    cloudflare.trouble.push(429, 500, 429);
    await up();
    expect(cloudflare.trouble).toEqual([]);
    expect(ours()).toEqual([
      "entrance.home.example.com A 203.0.113.7",
      "entrance.home.example.com AAAA 2001:db8::7",
      "gogs.home.example.com CNAME entrance.home.example.com",
      "sensors.home.example.com CNAME entrance.home.example.com",
    ]);
    expect(untouched()).toBe(true);
  });

  it("changes nothing the next time, and not what the updater did meanwhile", async ({ skip }) => {
    skip(why !== undefined, why);
    const made = { name: args.entrance, type: "A", content: "203.0.113.99", ttl: 1, proxied: false };
    cloudflare.put({ ...made, comment: "managed by bramble" });
    cloudflare.requests.length = 0;
    expect(Object.keys(await up())).toEqual(["same"]);
    await stack.refresh({ color: "never" });
    expect(Object.keys(await up())).toEqual(["same"]);
    expect(cloudflare.requests.filter((request) => !request.startsWith("GET"))).toEqual([]);
    expect(cloudflare.records.some(({ content }) => content === "203.0.113.99")).toBe(true);
  });

  it("follows another fixed address", async ({ skip }) => {
    skip(why !== undefined, why);
    await up({ addresses: ["203.0.113.8"] });
    expect(ours().slice(0, 2)).toEqual([
      "entrance.home.example.com A 203.0.113.8",
      "gogs.home.example.com CNAME entrance.home.example.com",
    ]);
    expect(untouched()).toBe(true);
  });

  it("removes an app's record with the app, and no other", async ({ skip }) => {
    skip(why !== undefined, why);
    const before = cloudflare.records.length;
    await up({ addresses: ["203.0.113.8"], hosts: ["gogs.home.example.com"] });
    expect(ours().join()).not.toContain("sensors");
    expect(cloudflare.records).toHaveLength(before - 1);
    expect(untouched()).toBe(true);
  });

  it("explains a token without rights", async ({ skip }) => {
    skip(why !== undefined, why);
    const refused = up({}, "x".repeat(40));
    await expect(refused).rejects.toThrow(/Cloudflare does not show the zone example\.com to the token/);
    await expect(refused).rejects.toThrow(/Zone–Zone–Read and Zone–DNS–Edit/);
    await expect(refused).rejects.not.toThrow(/x{40}/);
  });
});
