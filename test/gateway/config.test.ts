import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ConfigError, readConfig } from "../../gateway/config.ts";
import { device, password, tokenOf } from "./gatewayOf.ts";

const directory = mkdtempSync(join(tmpdir(), "gateway-config-"));
afterAll(() => {
  rmSync(directory, { recursive: true });
});

function file(name: string, content: unknown): string {
  const path = join(directory, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

const secrets = { page: password, tokens: { kitchen: tokenOf("kitchen") } };
const valid = {
  DEVICES_FILE: file("devices", [device()]),
  SECRETS_FILE: file("secrets", secrets),
  DOGSTATSD_HOST: "192.168.1.21",
};

function faultsOf(environment: Record<string, string | undefined>): readonly string[] {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

describe("readConfig", () => {
  it("has defaults for the ports, and takes no datagrams unless told from where", () => {
    expect(readConfig(valid)).toEqual({
      httpPort: 8080,
      statsdPort: 8125,
      networks: [],
      devices: [device()],
      secrets,
      dogstatsdHost: "192.168.1.21",
      dogstatsdPort: 8125,
    });
  });

  it("takes what is set", () => {
    const networks = readConfig({ ...valid, STATSD_NETWORKS: "192.168.1.0/24,fd00::/8" }).networks;
    expect(networks.map(([address, bits]) => `${address.toString()}/${bits}`)).toEqual([
      "192.168.1.0/24",
      "fd00::/8",
    ]);
    expect(readConfig({ ...valid, HTTP_PORT: "80", DOGSTATSD_HOST: "fd00::1" })).toMatchObject({
      httpPort: 80,
      dogstatsdHost: "fd00::1",
    });
  });

  it.each([
    ["HTTP_PORT", "0", 'HTTP_PORT must be a port, 1 to 65535, not "0"'],
    ["STATSD_PORT", "8125x", 'STATSD_PORT must be a port, 1 to 65535, not "8125x"'],
    ["DOGSTATSD_PORT", "65536", 'DOGSTATSD_PORT must be a port, 1 to 65535, not "65536"'],
    ["DOGSTATSD_HOST", undefined, "DOGSTATSD_HOST must be an IP address, but is not set"],
    ["DOGSTATSD_HOST", "agent.local", 'DOGSTATSD_HOST must be an IP address, not "agent.local"'],
    [
      "STATSD_NETWORKS",
      "192.168.1.0",
      'STATSD_NETWORKS must be ranges such as 192.168.1.0/24, separated by commas, not "192.168.1.0"',
    ],
    ["DEVICES_FILE", undefined, "DEVICES_FILE must be the path of a file, but is not set"],
    ["SECRETS_FILE", file("none", { page: password, tokens: {} }), "SECRETS_FILE has no token for kitchen"],
  ])("refuses a %s of %s", (name, value, fault) => {
    expect(faultsOf({ ...valid, [name]: value })).toEqual([fault]);
  });

  it.each<[string, unknown, string]>([
    ["no JSON", "{", "must be a JSON file"],
    ["an unknown model", [device({ model: "DHT99" as "DHT22" })], "0.model"],
    ["a name that tags would need escaped", [device({ room: "a,b|c" })], "0.room must be lower-case"],
    ["a sensor twice", [device(), device({ room: "attic" })], "must not have the same sensor twice"],
    ["65 devices", Array.from({ length: 65 }, (_, i) => device({ sensor: `s${i}` })), "64"],
  ])("refuses devices with %s", (_, content, fault) => {
    const faults = faultsOf({ ...valid, DEVICES_FILE: file("bad", content) });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(/^DEVICES_FILE /);
    expect(faults[0]).toContain(fault);
  });

  it.each<[string, unknown]>([
    ["a password that is too short", { ...secrets, page: password.slice(9) }],
    ["a token with a blank", { ...secrets, tokens: { kitchen: `${tokenOf("kitchen")} ` } }],
    ["no JSON", `{"page": "${password}", "tokens": ${tokenOf("kitchen")}`],
  ])("refuses secrets with %s, and does not show them", (_, content) => {
    const [fault] = faultsOf({ ...valid, SECRETS_FILE: file("bad", content) });
    expect(fault).toMatch(
      /^SECRETS_FILE (has errors: (page|tokens\.kitchen) must have 32|must be a JSON file)/,
    );
    expect(fault).not.toMatch(/ppp|0123456/);
  });

  it("names all faults at once", () => {
    const faults = faultsOf({
      HTTP_PORT: "http",
      DEVICES_FILE: join(directory, "nowhere"),
      DOGSTATSD_PORT: "-1",
    });
    expect(faults.map((fault) => fault.split(" ")[0])).toEqual([
      "HTTP_PORT",
      "DEVICES_FILE",
      "SECRETS_FILE",
      "DOGSTATSD_HOST",
      "DOGSTATSD_PORT",
    ]);
    expect(faults[1]).toContain("no such file");
  });
});
