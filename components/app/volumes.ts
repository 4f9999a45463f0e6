import { core } from "@pulumi/kubernetes";
import { ComponentResource, type ComponentResourceOptions, type Input, interpolate } from "@pulumi/pulumi";
import { diskDirectories } from "../board/disk.ts";
import { configHash } from "../workload/podFiles.ts";
import type { PodSpec } from "../workload/workload.ts";

/** Where data lies on a board's card unless the settings say otherwise. */
export const dataDirectory = "/var/lib/bramble";

/**
 * The directory for all apps' data on a board.
 *
 * @param storage `directory` of the settings, which holds for every board; and the boards with a disk for data
 */
export function dataDirectoryOn(
  board: string,
  { directory, disks }: { readonly directory?: string | undefined; readonly disks: readonly string[] },
): string {
  return directory ?? (disks.includes(board) ? diskDirectories.data : dataDirectory);
}

/** A directory of one board as a volume. */
export interface BoardDirectory {
  /** What the volume is called, such as `gogs-data`: the beginning of the claim's name. */
  claim: string;
  /** Name of the board (of its node) whose disk holds the data. Pods that use the claim run only there. */
  board: string;
  /** Absolute path of the directory on that board, for this volume alone: its group is the pod's. */
  path: string;
}

/** A directory of an NFS server. */
export interface NfsDirectory {
  /** The server's address or host name. */
  server: string;
  /** Absolute path of an existing directory that it exports, or of one below. */
  path: string;
}

/** A directory of an NFS server as a volume. Pods that use the claim run on any board. */
export interface NfsVolume {
  /** As of a BoardDirectory. */
  claim: string;
  /** The directory, for this volume alone. It must belong to the user of the pod: nobody else hands it over. */
  nfs: NfsDirectory;
  /**
   * Seconds after which the NFS client reports an error instead of waiting for its server. Omitted, it waits for
   * ever, as what writes its only copy must; a backup had better fail.
   */
  patience?: number;
}

/** Where a volume's data is. */
export type DataDirectory = BoardDirectory | NfsVolume;

/** Where apps' data is, each in a directory of its own below. */
export type AppStorage =
  | {
      /** The board whose disk holds the data. */
      readonly board: string;
      /** Absolute path of the directory on that board. */
      readonly directory: string;
    }
  | { readonly nfs: NfsDirectory };

/** The directory of one app as a volume. */
export function appDirectory(claim: string, app: string, storage: AppStorage): DataDirectory {
  if (!("nfs" in storage)) return { claim, board: storage.board, path: `${storage.directory}/${app}` };
  return { claim, nfs: { server: storage.nfs.server, path: `${storage.nfs.path}/${app}` } };
}

/** A directory with its size. */
export type SizedDirectory = DataDirectory & {
  /**
   * Size as a Kubernetes quantity, such as `8Gi`. Claim and volume agree on it, but nothing enforces it: a
   * directory takes what the disk gives. A later change is therefore ignored.
   */
  size: string;
};

/** What a volume needs to know. */
export type DataVolumeArgs = SizedDirectory & {
  /** Namespace of the claim. */
  namespace: Input<string>;
};

/**
 * Name of the PersistentVolumeClaim for a directory, by which a pod mounts it. Another directory has another
 * claim: then the new one is made, the pod moves over, and the old one goes. Under one name the old claim would
 * have to go first, which Kubernetes puts off for as long as the pod uses it.
 */
export function claimName(directory: DataDirectory): string {
  const [where, path] =
    "nfs" in directory ? [directory.nfs.server, directory.nfs.path] : [directory.board, directory.path];
  return `${directory.claim}-${configHash(where, path).slice(0, 8)}`;
}

/** The part of a pod spec that ties a pod to the board with its data, if the data is on a board. */
export function besideData(directory: DataDirectory): Pick<PodSpec, "nodeSelector"> {
  return "nfs" in directory ? {} : { nodeSelector: { "kubernetes.io/hostname": directory.board } };
}

/**
 * A directory as a volume: a PersistentVolume and the claim bound to it, one to one and in both directions, so
 * that no other claim can take it.
 *
 * The directory must exist, else the pod waits with an event that says so. On a board that bramble sets up, the phase
 * `data` has made it before (`directories` of the app's descriptor).
 *
 * Data outlives the stack. The volume only points to the directory, and its reclaim policy is Retain: deleting
 * volume and claim deletes no file. They go with the stack all the same, without `retainOnDelete`: a volume
 * left behind stays tied to the claim that it had, and its name would be taken at the next `pulumi up`. Created
 * again, they find the data. Whoever changes board or path copies the files beforehand.
 *
 * On a board `local` and not `hostPath`: for it the kubelet applies a pod's `fsGroup`, so that a program without
 * root can write there, and the scheduler knows on which board it is.
 */
export class DataVolume extends ComponentResource {
  constructor(name: string, args: DataVolumeArgs, opts?: ComponentResourceOptions) {
    super("bramble:storage:DataVolume", name, args, opts);
    const { namespace, size } = args;
    const claim = claimName(args);
    const accessModes = "nfs" in args ? ["ReadWriteMany"] : ["ReadWriteOnce"];

    const volume = new core.v1.PersistentVolume(
      `${name}-volume`,
      {
        // Volumes have no namespace: the claim's makes the name unique.
        metadata: { name: interpolate`${namespace}-${claim}` },
        spec: {
          capacity: { storage: size },
          accessModes,
          persistentVolumeReclaimPolicy: "Retain",
          storageClassName: "",
          volumeMode: "Filesystem",
          claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name: claim },
          ...("nfs" in args ? nfsVolume(args) : boardVolume(args)),
        },
      },
      { parent: this, ignoreChanges: ["spec.capacity"] },
    );
    new core.v1.PersistentVolumeClaim(
      `${name}-claim`,
      {
        metadata: { name: claim, namespace },
        spec: {
          accessModes,
          storageClassName: "",
          volumeName: volume.metadata.name,
          resources: { requests: { storage: size } },
        },
      },
      { parent: this, ignoreChanges: ["spec.resources"] },
    );
    this.registerOutputs({});
  }
}

/** What of a volume's spec says where an NFS server has it. */
function nfsVolume({ nfs, patience }: NfsVolume) {
  // `timeo` is in tenths of a second; three tries of a third each.
  const giveUp =
    patience === undefined ? [] : ["softerr", `timeo=${Math.ceil(patience / 3) * 10}`, "retrans=2"];
  return { nfs: { ...nfs }, mountOptions: ["nfsvers=4", "noatime", ...giveUp] };
}

/** What of a volume's spec says that it is a directory of a board. */
export function boardVolume({ board, path }: Pick<BoardDirectory, "board" | "path">) {
  const onBoard = [{ key: "kubernetes.io/hostname", operator: "In", values: [board] }];
  return {
    local: { path },
    nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: onBoard }] } },
  };
}
