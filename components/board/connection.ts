import { createHash } from "node:crypto";
import type { types } from "@pulumi/command";
import type { Input } from "@pulumi/pulumi";

/** Where SSH servers listen unless they are told otherwise. */
export const sshPort = 22;
/** Who logs in unless the settings say otherwise: the first user of Raspberry Pi OS, which `npm run card` creates. */
export const sshUser = "pi";

/** How one machine is reached by SSH. */
export interface SshAddress {
  /** Address or host name. */
  readonly host: string;
  /** Default: 22. */
  readonly port?: number | undefined;
  /** Who logs in. Either root, or a user whose sudo asks for no password. */
  readonly user: string;
  /**
   * The machine's public host key as in its /etc/ssh/ssh_host_ed25519_key.pub: `ssh-ed25519 AAAA…`. Required:
   * without it anybody in the network could pass for the machine.
   */
  readonly hostKey: string;
  /** Private key in OpenSSH form. Default: the keys of the SSH agent ($SSH_AUTH_SOCK), which are always tried. */
  readonly privateKey?: Input<string> | undefined;
}

/** How a board is reached. */
export interface BoardConnection extends SshAddress {
  /** A machine to go through, where the board can't be reached directly. Default: none. */
  readonly jump?: SshAddress | undefined;
}

/** Attempts before a board counts as unreachable: 30 s if it refuses, 3 minutes if it is silent. */
export const dialAttempts = 12;
/** The same for a board that may be starting: 4 minutes if it refuses, 16 if it is silent. */
export const dialAttemptsWhileStarting = 55;
/** Seconds for one attempt. */
const perDialTimeout = 15;

/** Types of keys that an SSH server has. */
export const keyTypes = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "ssh-rsa",
];

/** What is wrong with a host key; undefined if it has the right form. */
export function hostKeyError(hostKey = ""): string | undefined {
  const [keyType = "", key = ""] = hostKey.trim().split(/\s+/);
  if (keyTypes.includes(keyType) && isKeyOf(keyType, key)) return undefined;
  if (hostKey === "") return "is missing.";
  if (keyTypes.includes(key)) return "starts with an address, as in known_hosts: remove the first word.";
  return 'must be a public host key such as "ssh-ed25519 AAAA…".';
}

/** A public key's type and bytes: its comment says nothing of the machine. */
export function withoutComment(hostKey: string): string {
  return hostKey.trim().split(/\s+/).slice(0, 2).join(" ");
}

/** A public key's fingerprint as ssh-keygen prints it: `SHA256:…`. */
export function hostKeyFingerprint(publicKey: string): string {
  const [, bytes = ""] = publicKey.trim().split(/\s+/);
  const digest = createHash("sha256").update(Buffer.from(bytes, "base64")).digest("base64");
  return `SHA256:${digest.replace(/=+$/, "")}`;
}

/** Whether bytes are a key of a type: they begin with the length of its name, and the name. */
export function isKeyOf(keyType: string, key: string): boolean {
  const bytes = Buffer.from(key, "base64");
  return bytes.length > 4 && bytes.subarray(4, 4 + bytes.readUInt32BE(0)).toString() === keyType;
}

/**
 * The connection of a remote.Command.
 *
 * @throws Error if a host key is missing or malformed
 */
export function commandConnection(
  connection: BoardConnection,
  attempts = dialAttempts,
): types.input.remote.ConnectionArgs {
  const { jump } = connection;
  return { ...reached(connection, attempts), ...(jump && { proxy: reached(jump, dialAttempts) }) };
}

function reached(address: SshAddress, dialErrorLimit: number): types.input.remote.ProxyConnectionArgs {
  const error = hostKeyError(address.hostKey);
  if (error) {
    const where = "It is in /etc/ssh/ssh_host_ed25519_key.pub on the machine.";
    throw new Error(`The hostKey of ${address.host} ${error} ${where}`);
  }
  const { host, port = sshPort, user, hostKey, privateKey } = address;
  return { host, port, user, hostKey, ...(privateKey && { privateKey }), dialErrorLimit, perDialTimeout };
}
