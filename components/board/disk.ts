/** What a board's disk can hold: apps' data and backups, containers' images, etcd's database. */
export const diskUses = ["data", "images", "etcd"] as const;
/** One of {@link diskUses}. */
export type DiskUse = (typeof diskUses)[number];

/** A USB or NVMe disk of a board, besides the one that its system is on. */
export interface BoardDisk {
  /** Its name below /dev/disk/by-id, which no other disk of the board has: `usb-Samsung_PSSD_T7_S5T-0:0`. */
  readonly id: string;
  /** What it holds. */
  readonly for: readonly DiskUse[];
}

/**
 * Where a board's disk is mounted. Beside /var/lib/bramble and not over it: bramble's notes about the card are there
 * (`STATE` in bootstrap/prelude.sh), and must not move to another card with the disk.
 */
export const diskMount = "/var/lib/bramble-disk";

/** Directories of a disk. What is not mounted is not there, so nothing is written to the card in its place. */
export const diskDirectories = {
  /** Apps' data, each in a directory of its own. */
  data: `${diskMount}/data`,
  /** The backups of a board that stores them. */
  backups: `${diskMount}/backups`,
} as const;

/** A directory of a board that is made for an app. */
export interface DataFolder {
  /** What it is for, by which it is known on whatever card or disk it is: `gogs-data`. */
  readonly claim: string;
  /** Absolute path. */
  readonly path: string;
  /**
   * Number of its user and group: those of the pods that write there (`runAsUser`, `fsGroup`). Default: it is made
   * for anybody, and keeps what the kubelet makes of it for the pods that come.
   */
  readonly owner?: number;
}

/**
 * Mode of these directories: what the kubelet makes of a volume's directory for a pod's `fsGroup`. With any other one
 * it would change owner and mode of all files in it when the pod starts (`fsGroupChangePolicy: OnRootMismatch`;
 * requiresPermissionChange in Kubernetes' pkg/volume/volume_linux.go), and Traefik refuses an acme.json that its group
 * can read.
 */
export const folderMode = 2770;

/** Directories as lines for the phases, in an order of their own: another one in the settings is no change. */
export function folderLines(folders: readonly DataFolder[]): string {
  return folders
    .map(({ claim, owner = "any", path }) => `${claim} ${owner} ${path}`)
    .toSorted()
    .join("\n");
}
