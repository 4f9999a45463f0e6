import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { commandConnection, hostKeyError } from "../../../components/board/connection.ts";
import { assignments, quoted } from "../../../components/board/shell.ts";

const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHFbRXpvbJ3vbmXv1Jm4UqXkUJ0m1d4mKXqz1x2y3z4w pi3-1";
const address = { host: "192.168.1.11", user: "pi", hostKey };

describe("quoted", () => {
  it.for(["", "a b", "it's", `"$(x)\`y\`\\`, "a\nb\n", "-n", "*", "!", "ü €", "'''"])("keeps %j", (value) => {
    const script = `${assignments({ VALUE: value })}printf '%s.' "$VALUE"`;
    expect(execFileSync("bash", ["-s"], { input: script, encoding: "utf8" })).toBe(`${value}.`);
  });

  it("refuses what no shell can hold, and names that are none", () => {
    expect(() => quoted("a\0b")).toThrow(/NUL/);
    expect(() => assignments({ "A;B": "x" })).toThrow(/A;B is not a valid name/);
  });
});

describe("a host key", () => {
  it("is required, and the error says where it is", () => {
    expect(hostKeyError(undefined)).toBe("is missing.");
    expect(() => commandConnection({ ...address, hostKey: "" })).toThrow(
      /hostKey of 192.168.1.11 is missing. It is in .*ssh_host_ed25519_key.pub/,
    );
  });

  it.for([
    ["a line of known_hosts", `192.168.1.11 ${hostKey}`, /remove the first word/],
    ["a fingerprint", "SHA256:abc", /must be a public host key/],
    ["a cut-off key", "ssh-ed25519 AAAA", /must be a public host key/],
    ["another type's key", hostKey.replace("ssh-ed25519", "ssh-rsa"), /must be a public host key/],
  ] as const)("is not %s", ([, given, message]) => {
    expect(hostKeyError(given)).toMatch(message);
  });

  it("is passed on, for the jump host too", () => {
    const { proxy, ...direct } = commandConnection({ ...address, jump: { ...address, host: "jump" } });
    expect(direct).toEqual({ ...address, port: 22, dialErrorLimit: 12, perDialTimeout: 15 });
    expect(proxy).toMatchObject({ host: "jump", hostKey });
  });
});
