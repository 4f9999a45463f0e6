import { hostKeyFingerprint } from "../board/connection.ts";

/** The systems whose cards bramble can write: what each reads at its first boot is in the file of its kind. */
export const cardSystems = ["raspberry-pi-os", "raspberry-pi-os-bookworm", "ubuntu", "armbian"] as const;
/** `raspberry-pi-os` is trixie and later, which has cloud-init. */
export type CardSystem = (typeof cardSystems)[number];

/** Everything that a board's card says. Holds secrets: the private host key and the Wi-Fi password. */
export interface CardPlan {
  /** Host name of the board and name of its node. */
  readonly board: string;
  /** Operating system that was flashed onto the card. */
  readonly system: CardSystem;
  /** Address of the board; an IPv4 address if `network` is set. */
  readonly host: string;
  /** Who logs in by SSH, with sudo without a password. */
  readonly user: string;
  /** Public keys that may log in, as in authorized_keys, a line each. At least one. */
  readonly authorizedKeys: readonly string[];
  /** The board's SSH host key: in OpenSSH format without a passphrase, and `ssh-ed25519 AAAA…`. */
  readonly hostKey: { readonly privateKey: string; readonly publicKey: string };
  /** What a fixed address needs besides the address. Omitted, the board asks DHCP. */
  readonly network?: CardNetwork | undefined;
  /** The Wi-Fi that the board uses. Omitted, it uses its network port. */
  readonly wifi?: CardWifi | undefined;
}

/** The network that the board's fixed address belongs to. */
export interface CardNetwork {
  /** Length of the network's prefix: 24. */
  readonly prefix: number;
  /** IPv4 address of the router. */
  readonly gateway: string;
  /** IPv4 addresses of the name servers. */
  readonly nameservers: readonly string[];
}

/** A Wi-Fi network. */
export interface CardWifi {
  /** 1 to 32 bytes. */
  readonly ssid: string;
  /** 8 to 63 printable ASCII characters, or the key itself as 64 hexadecimal digits. */
  readonly password: string;
  /** ISO 3166-1 code in capitals: which channels and how much power the law allows. */
  readonly country: string;
}

/** A file of a card. */
export interface CardFile {
  /** Path below the folder that the card's system reads at its first boot (the boot partition, but for Armbian). */
  readonly path: string;
  readonly content: string;
  /** Who may read it, where the file system has modes. Default: 0644. */
  readonly mode?: number | undefined;
}

/** A comment in each file of a card, by which bramble knows its own. */
export const writtenByBramble = "# Written by bramble (npm run card).";

/** Where a board keeps what its card was written for. */
export const cardMark = "/etc/bramble/card";

/** The content of {@link cardMark}: the board, and the fingerprint of the card's host key. */
export function cardMarkText({ board, hostKey }: Pick<CardPlan, "board" | "hostKey">): string {
  return `board=${board}\nhostKey=${hostKeyFingerprint(hostKey.publicKey)}\n`;
}
