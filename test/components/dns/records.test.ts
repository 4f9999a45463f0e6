import { beforeAll, describe, expect, it } from "vitest";
import { dnsRecords, type DnsRecordsArgs } from "../../../components/dns/dnsRecords.ts";
import { updaterComment } from "../../../components/dns/dynamicDnsWorkload.ts";
import { type Registered, registeredBy } from "../registered.ts";

const args: DnsRecordsArgs = {
  zone: "example.com",
  entrance: "entrance.home.example.com",
  hosts: ["sensors.home.example.com", "gogs.home.example.com"],
  addresses: [],
  proxied: false,
  ttl: 300,
};

describe("dnsRecords", () => {
  it("makes of each host an alias of the entrance, and leaves that to the updater", () => {
    expect(dnsRecords(args).map(({ type, name, content }) => [type, name, content])).toEqual([
      ["CNAME", "gogs.home.example.com", "entrance.home.example.com"],
      ["CNAME", "sensors.home.example.com", "entrance.home.example.com"],
    ]);
  });

  it("gives the entrance its fixed addresses", () => {
    const records = dnsRecords({ ...args, addresses: ["203.0.113.7", "2001:db8::7"] });
    expect(records.filter(({ name }) => name === args.entrance)).toMatchObject([
      { type: "A", content: "203.0.113.7", ttl: 300 },
      { type: "AAAA", content: "2001:db8::7", ttl: 300 },
    ]);
  });

  it("leaves the ttl to Cloudflare where that stands in front", () => {
    for (const record of dnsRecords({ ...args, proxied: true })) {
      expect(record).toMatchObject({ proxied: true, ttl: 1 });
    }
  });

  it("makes none that the updater would take for its own", () => {
    for (const { comment } of dnsRecords(args)) expect(comment).not.toContain(updaterComment);
  });
});

describe("DnsRecords", () => {
  let registered: Registered[];
  beforeAll(async () => {
    registered = await registeredBy(async () => {
      const { cloudflareProvider, DnsRecords } = await import("../../../components/dns/records.ts");
      new DnsRecords("dns", args, { providers: [cloudflareProvider("t".repeat(40))] });
    });
  });

  it("gives the provider's inputs, and the token as a secret", () => {
    const records = registered.filter(({ type }) => type === "cloudflare:index/dnsRecord:DnsRecord");
    expect(records.map(({ name }) => name)).toEqual([
      "dns-cname-gogs.home.example.com",
      "dns-cname-sensors.home.example.com",
    ]);
    expect(records[0]?.inputs).toMatchObject({
      name: "gogs.home.example.com",
      type: "CNAME",
      content: "entrance.home.example.com",
      ttl: 300,
      proxied: false,
    });
    const provider = registered.find(({ type }) => type === "pulumi:providers:cloudflare");
    expect(provider?.secrets).toContain("apiToken");
  });
});

describe("tokenAdvice", () => {
  it("says what the token lacks, where one is made and how it is set, in Cloudflare's own words", async () => {
    const { tokenAdvice } = await import("../../../components/dns/records.ts");
    const answer = "403 Forbidden: Authentication error (10000)\n  at x";
    const advice = tokenAdvice("example.com", answer, "The token is in the vault.");
    expect(advice).toContain("zone example.com to the API token: 403 Forbidden");
    expect(advice).toContain("Zone–Zone–Read and Zone–DNS–Edit");
    expect(advice).toMatch(/or correct the zone\. The token is in the vault\.$/);
    expect(advice).not.toContain("at x");
  });
});
