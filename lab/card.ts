// What differs from board to board, as whoever flashes a card writes it there: name, host key, address and
// where packages come from.
import { execFile } from "node:child_process";
import fs from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { boardAddress, boardMac, gatewayAddress, prefixLength } from "./addresses.ts";
import { lastLines } from "../tools/lines.ts";
import { runOrThrow } from "./built.ts";

const hostKeyFile = "etc/ssh/ssh_host_ed25519_key";

/** A board's own part of its card. */
interface CardDetails {
  /** The number of the board's plug. */
  board: number;
  hostName: string;
  /** What the card's package manager knows, in apt's deb822 form; nothing if omitted. */
  aptSources?: string;
  /** The line of /boot/firmware/cmdline.txt; no such file if omitted. */
  cmdline?: string;
}

/**
 * Writes a board's own files to its card, with a key pair made for it.
 *
 * @param folder for what is written, before it is on the card
 * @param disk the card, whose board is off
 * @returns the host key as in authorized_keys
 */
export async function writeCard(folder: string, disk: string, details: CardDetails): Promise<string> {
  const key = path.join(folder, hostKeyFile);
  const files = cardFiles(details);
  const names = [...Object.keys(files), hostKeyFile, `${hostKeyFile}.pub`];
  for (const name of names) await fs.mkdir(path.dirname(path.join(folder, name)), { recursive: true });
  for (const [name, text] of Object.entries(files)) await fs.writeFile(path.join(folder, name), text);
  await runOrThrow("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", key]);
  const commands = path.join(folder, "card");
  await fs.writeFile(commands, names.map((name) => `write ${path.join(folder, name)} /${name}\n`).join(""));
  const said = await runOrThrow("debugfs", ["-w", "-f", commands, disk]);
  const hostKey = await fs.readFile(`${key}.pub`, "utf8");
  // debugfs ends with 0 whatever happens; the key is what it writes last.
  if ((await readFromCard(disk, `/${hostKeyFile}.pub`)) !== hostKey)
    throw new Error(`the board's files cannot be written to its card:\n${lastLines(said, 8)}`);
  return hostKey.trim();
}

function cardFiles({ board, hostName, aptSources, cmdline }: CardDetails): Record<string, string> {
  return {
    "etc/hostname": `${hostName}\n`,
    "etc/hosts": `127.0.0.1\tlocalhost\n127.0.1.1\t${hostName}\n`,
    // Nothing answers there, at once: better than a name look-up that takes its time to fail.
    "etc/resolv.conf": `nameserver ${gatewayAddress}\n`,
    "etc/systemd/network/50-lan.network": networkUnit(board),
    ...(aptSources === undefined ? {} : { "etc/apt/sources.list.d/debian.sources": aptSources }),
    ...(cmdline === undefined ? {} : { "boot/firmware/cmdline.txt": `${cmdline}\n` }),
  };
}

/** What a home router's DHCP server would tell the board. */
function networkUnit(board: number): string {
  return `[Match]
MACAddress=${boardMac(board)}

[Network]
Address=${boardAddress(board)}/${prefixLength}
Gateway=${gatewayAddress}
NTP=${gatewayAddress}
LinkLocalAddressing=no
IPv6AcceptRA=no
`;
}

/** A file of a card whose board is off; undefined if there is none. */
export async function readFromCard(disk: string, file: string): Promise<string | undefined> {
  // After a power cut the file's latest content may stand in the journal only. 1: something was repaired.
  await runOrThrow("e2fsck", ["-p", "-E", "journal_only", disk], { accept: [0, 1] });
  const { stdout, stderr } = await promisify(execFile)("debugfs", ["-R", `cat ${file}`, disk]);
  return stderr.includes("File not found") ? undefined : stdout;
}
