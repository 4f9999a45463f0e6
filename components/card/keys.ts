// SSH keys in OpenSSH's own formats (PROTOCOL.key and PROTOCOL of https://github.com/openssh/openssh-portable).
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { isKeyOf, keyTypes } from "../board/connection.ts";

/** A private key in OpenSSH format without a passphrase, and its public key as in authorized_keys. */
export interface KeyPair {
  readonly privateKey: string;
  readonly publicKey: string;
}

const magic = "openssh-key-v1\0";

/**
 * A new ed25519 key pair.
 *
 * @param comment what stands behind the public key; may be empty
 */
export function newKeyPair(comment: string): KeyPair {
  const { privateKey } = generateKeyPairSync("ed25519");
  const { d = "", x = "" } = privateKey.export({ format: "jwk" });
  const [seed, point] = [Buffer.from(d, "base64url"), Buffer.from(x, "base64url")];
  const publicBytes = Buffer.concat([field("ssh-ed25519"), field(point)]);
  // Twice the same number, by which a program sees that it has decrypted the key.
  const check = randomBytes(4);
  const secret = Buffer.concat([
    ...[check, check, publicBytes],
    ...[field(Buffer.concat([seed, point])), field(comment)],
  ]);
  const padding = Buffer.from([1, 2, 3, 4, 5, 6, 7].slice(0, (8 - (secret.length % 8)) % 8));
  const bytes = Buffer.concat([
    ...[Buffer.from(magic), field("none"), field("none"), field("")],
    ...[number(1), field(publicBytes), field(Buffer.concat([secret, padding]))],
  ]);
  const lines = bytes.toString("base64").match(/.{1,70}/g) ?? [];
  return {
    privateKey: [
      "-----BEGIN OPENSSH PRIVATE KEY-----",
      ...lines,
      "-----END OPENSSH PRIVATE KEY-----",
      "",
    ].join("\n"),
    publicKey: ["ssh-ed25519", publicBytes.toString("base64"), comment].join(" ").trim(),
  };
}

/**
 * The public key of a private key.
 *
 * @throws Error if it has a passphrase, or is not in OpenSSH format. The message holds nothing of the key.
 */
export function publicKeyOf(privateKey: string): string {
  const [, body = ""] =
    /-----BEGIN OPENSSH PRIVATE KEY-----\s([^-]+)-----END OPENSSH PRIVATE KEY-----/.exec(privateKey) ?? [];
  const bytes = Buffer.from(body, "base64");
  if (bytes.subarray(0, magic.length).toString() !== magic) {
    throw new Error("is not in OpenSSH format. Convert the key with: ssh-keygen -p -N '' -f FILE");
  }
  // Cipher, key function, its options, then the number of keys and the public key.
  const { fields, rest } = take(bytes.subarray(magic.length), 3);
  if (fields[0]?.toString() !== "none") {
    throw new Error(
      "has a passphrase. Store it without one (ssh-keygen -p -N '' -f FILE), or omit it: bramble generates a key",
    );
  }
  const [publicBytes = Buffer.of()] = take(rest.subarray(4), 1).fields;
  const [keyType = ""] = take(publicBytes, 1).fields;
  return `${keyType.toString()} ${publicBytes.toString("base64")}`;
}

/** Keys that log in by a security key, besides those that a machine has. */
const loginKeyTypes = [...keyTypes, "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"];

/** What is wrong with a public key for authorized_keys; undefined if nothing is. */
export function publicKeyError(publicKey: string): string | undefined {
  const [keyType = "", key = ""] = publicKey.trim().split(/\s+/);
  if (publicKey.includes("PRIVATE KEY"))
    return "must be a public key; this one is private: use the file that ends in .pub";
  if (/[\r\n]/.test(publicKey.trim())) return "must be one key: write each in an item of its own";
  const isKey = loginKeyTypes.includes(keyType) && isKeyOf(keyType, key);
  return isKey ? undefined : 'must be a public key such as "ssh-ed25519 AAAA… me@laptop", without options';
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function field(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value as string);
  return Buffer.concat([number(bytes.length), bytes]);
}

/** The first fields of what is encoded so, and what follows them. */
function take(bytes: Buffer, count: number): { fields: Buffer[]; rest: Buffer } {
  const fields: Buffer[] = [];
  let rest = bytes;
  for (let i = 0; i < count; i++) {
    const end = 4 + (rest.length < 4 ? 0 : rest.readUInt32BE(0));
    fields.push(rest.subarray(4, end));
    rest = rest.subarray(end);
  }
  return { fields, rest };
}
