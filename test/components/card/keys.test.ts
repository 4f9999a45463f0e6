import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { hostKeyFingerprint, isKeyOf, withoutComment } from "../../../components/board/connection.ts";
import { newKeyPair, publicKeyError, publicKeyOf } from "../../../components/card/keys.ts";

const folder = mkdtempSync(join(tmpdir(), "keys-"));
afterAll(() => rmSync(folder, { recursive: true }));

const keygen = (...args: string[]) => execFileSync("ssh-keygen", args, { encoding: "utf8" });

describe("a new key pair", () => {
  it.for(["", "pi3-1", "1234567", "12345678", "ü"])(
    "is read by ssh-keygen, with the comment %j",
    (comment) => {
      const { privateKey, publicKey } = newKeyPair(comment);
      const file = join(folder, "new");
      writeFileSync(file, privateKey, { mode: 0o600 });
      expect(keygen("-y", "-f", file).trim()).toBe(publicKey);
      expect(isKeyOf("ssh-ed25519", publicKey.split(" ")[1]!)).toBe(true);
      expect(publicKeyOf(privateKey)).toBe(withoutComment(publicKey));
      writeFileSync(`${file}.pub`, publicKey);
      expect(keygen("-lf", `${file}.pub`)).toContain(` ${hostKeyFingerprint(publicKey)} `);
      rmSync(file);
    },
  );

  it("signs what its public key verifies", () => {
    const { privateKey, publicKey } = newKeyPair("pi3-1");
    const [key, allowed, text] = ["key", "allowed", "text"].map((name) => join(folder, name));
    writeFileSync(key!, privateKey, { mode: 0o600 });
    writeFileSync(allowed!, `me ${publicKey}\n`);
    writeFileSync(text!, "text");
    keygen("-q", "-Y", "sign", "-n", "file", "-f", key!, text!);
    const args = ["-Y", "verify", "-n", "file", "-I", "me", "-f", allowed!, "-s", `${text!}.sig`];
    expect(spawnSync("ssh-keygen", args, { input: "text" }).status).toBe(0);
  });

  it("is another one each time", () => {
    expect(newKeyPair("a").publicKey).not.toBe(newKeyPair("a").publicKey);
  });
});

describe("the stack's own key", () => {
  it.for(["ed25519", "rsa", "ecdsa"])("of type %s gives its public key", (type) => {
    const file = join(folder, type);
    keygen("-q", "-t", type, "-N", "", "-C", "", "-f", file);
    expect(publicKeyOf(readFileSync(file, "utf8"))).toBe(readFileSync(`${file}.pub`, "utf8").trim());
  });

  it("with a passphrase is refused, and the error holds nothing of it", () => {
    const file = join(folder, "locked");
    keygen("-q", "-t", "ed25519", "-N", "secret", "-f", file);
    const key = readFileSync(file, "utf8");
    expect(() => publicKeyOf(key)).toThrow(/^has a passphrase\. .*ssh-keygen -p/);
    expect(() => publicKeyOf(key)).not.toThrow(
      new RegExp(key.split("\n")[1]!.slice(0, 20).replaceAll("+", "\\+")),
    );
  });

  it.for(["-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\n", "", "AAAA"])(
    "in another format is refused: %j",
    (key) => {
      expect(() => publicKeyOf(key)).toThrow(/not in OpenSSH format\. Convert/);
    },
  );
});

describe("a public key that may log in", () => {
  const good = newKeyPair("me@laptop").publicKey;

  it("may have a comment, or be on a security key", () => {
    const type = "sk-ssh-ed25519@openssh.com";
    const bytes = Buffer.concat([Buffer.from([0, 0, 0, type.length]), Buffer.from(type), Buffer.from([1])]);
    expect(publicKeyError(good)).toBeUndefined();
    expect(publicKeyError(`${type} ${bytes.toString("base64")}`)).toBeUndefined();
  });

  it.for([
    ["two keys", `${good}\n${good}`, /one key/],
    ["a private key", newKeyPair("x").privateKey.replaceAll("\n", " "), /is private/],
    ["options", `no-pty ${good}`, /without options/],
    ["a cut-off key", good.slice(0, 20), /must be a public key/],
    ["a path", "~/.ssh/id_ed25519.pub", /must be a public key/],
  ] as const)("is not %s", ([, given, says]) => {
    expect(publicKeyError(given)).toMatch(says);
  });
});
