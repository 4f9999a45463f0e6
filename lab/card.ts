// What differs from board to board, as whoever flashes a card writes it there: name, host key, address and
// where packages come from. The image's first start takes it from a second drive (image/first-start.service).
import fs from "node:fs/promises";
import path from "node:path";
import { boardAddress, boardMac, gatewayAddress, prefixLength } from "./addresses.ts";
import { runOrThrow } from "./built.ts";

/** A board's own part of its card. */
export interface CardDetails {
  /** The number of the board's plug. */
  board: number;
  hostName: string;
  /** What the card's package manager knows, in apt's deb822 form; nothing if left out. */
  aptSources?: string;
  /** The line of /boot/firmware/cmdline.txt; no such file if left out. */
  cmdline?: string;
}

/**
 * Writes the drive's content, a tar archive, into a folder together with the key pair made for this board.
 *
 * @returns the archive's path, and the host key as in authorized_keys
 */
export async function writeCard(
  folder: string,
  details: CardDetails,
): Promise<{ file: string; hostKey: string }> {
  const key = path.join(folder, "etc/ssh/ssh_host_ed25519_key");
  const files = cardFiles(details);
  for (const [name, text] of Object.entries(files)) {
    await fs.mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await fs.writeFile(path.join(folder, name), text);
  }
  await fs.mkdir(path.dirname(key), { recursive: true });
  await runOrThrow("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", key]);
  const file = path.join(folder, "card.tar");
  // The host key last: the first start counts as done when it is there.
  const members = [...Object.keys(files), ...[`${key}.pub`, key].map((name) => path.relative(folder, name))];
  await runOrThrow("tar", ["--create", "--file", file, "--owner=0", "--group=0", "-C", folder, ...members]);
  const hostKey = (await fs.readFile(`${key}.pub`, "utf8")).trim();
  return { file, hostKey };
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
