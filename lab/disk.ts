// A disk of a virtual board besides its card, as on a USB port: no new card changes it.
import fs from "node:fs/promises";

/** A disk that can be plugged into a board. */
export interface Disk {
  /** The file with what is on it. */
  readonly file: string;
  /** Tells it from others of a board: at most 20 letters, digits and hyphens. */
  readonly serial: string;
}

/** Bytes: a small one. Empty space takes none of this machine's. */
const size = 2 * 2 ** 30;

/** What systemd's own rules for udev put before the serial number of QEMU's disks in /dev/disk/by-id. */
const prefix = "virtio-";

/** The rule that gives disks of User-mode Linux the same names: systemd has none for them. */
export const diskRule = `KERNEL=="ubd*", ATTR{serial}=="?*", ATTR{serial}!="(null)", SYMLINK+="disk/by-id/${prefix}$attr{serial}"\n`;

/**
 * The disk in a file: a blank one if there is no such file.
 *
 * @param id its name in /dev/disk/by-id: virtio-lab-disk
 */
export async function diskIn(file: string, id: string): Promise<Disk> {
  if (!id.startsWith(prefix)) throw new Error(`a virtual board's disk is "${id}"; it must be ${prefix}…`);
  await fs.appendFile(file, "");
  await fs.truncate(file, size);
  return { file, serial: id.slice(prefix.length) };
}
