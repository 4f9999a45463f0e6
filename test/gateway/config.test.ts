import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ConfigError, readConfig } from "../../gateway/config.ts";

const directory = mkdtempSync(join(tmpdir(), "gateway-config-"));
afterAll(() => {
  rmSync(directory, { recursive: true });
});

function file(name: string, content: string): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

const token = "0123456789abcdef0123456789abcdef";
const valid = { TOKEN_FILE: file("token", `${token}\n`), DOGSTATSD_HOST: "192.168.1.21" };

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
  it("has defaults for the ports and takes the token without its line end", () => {
    expect(readConfig(valid)).toEqual({
      port: 8080,
      token,
      dogstatsdHost: "192.168.1.21",
      dogstatsdPort: 8125,
    });
  });

  it("takes what is set", () => {
    expect(
      readConfig({ ...valid, PORT: "80", DOGSTATSD_PORT: "65535", DOGSTATSD_HOST: "fd00::1" }),
    ).toMatchObject({ port: 80, dogstatsdPort: 65535, dogstatsdHost: "fd00::1" });
  });

  it.each([
    ["PORT", "0", 'PORT must be a port, 1 to 65535, not "0"'],
    ["PORT", "", 'PORT must be a port, 1 to 65535, not ""'],
    ["PORT", "8080x", 'PORT must be a port, 1 to 65535, not "8080x"'],
    ["DOGSTATSD_PORT", "65536", 'DOGSTATSD_PORT must be a port, 1 to 65535, not "65536"'],
    ["DOGSTATSD_HOST", undefined, "DOGSTATSD_HOST must be an IP address, and is not set"],
    ["DOGSTATSD_HOST", "agent.local", 'DOGSTATSD_HOST must be an IP address, not "agent.local"'],
    ["TOKEN_FILE", undefined, "TOKEN_FILE must be the path of a file, and is not set"],
  ])("refuses a %s of %s", (name, value, fault) => {
    expect(faultsOf({ ...valid, [name]: value })).toEqual([fault]);
  });

  it.each([
    ["is empty", ""],
    ["holds a token that is too short", "0123456789abcdef0123456789abcde"],
    ["holds two lines", `${token}\n${token}\n`],
  ])("refuses a token file that %s, and does not show it", (_, content) => {
    const faults = faultsOf({ ...valid, TOKEN_FILE: file("bad", content) });
    expect(faults).toEqual(["TOKEN_FILE must hold a token of 32 or more letters, digits and - . _ ~ + / ="]);
  });

  it("names all faults at once", () => {
    const faults = faultsOf({ PORT: "http", TOKEN_FILE: join(directory, "none"), DOGSTATSD_PORT: "-1" });
    expect(faults.map((fault) => fault.split(" ")[0])).toEqual([
      "PORT",
      "TOKEN_FILE",
      "DOGSTATSD_HOST",
      "DOGSTATSD_PORT",
    ]);
    expect(faults[1]).toContain("no such file");
  });
});
