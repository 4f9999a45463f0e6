import { core } from "@pulumi/kubernetes";
import {
  ComponentResource,
  type ComponentResourceOptions,
  type Input,
  interpolate,
  type Output,
} from "@pulumi/pulumi";
import { configHash } from "../configHash.ts";

/** Where a volume's data is. */
export interface BoardDirectory {
  /** What the volume is called, such as `gogs-data`: the beginning of the claim's name. */
  claim: string;
  /** Name of the board (of its node) whose disk holds the data. Pods that use the claim run only there. */
  board: string;
  /** Absolute path of an existing directory on that board, for this volume alone: its group becomes the pod's. */
  path: string;
}

/** What a volume on a board's disk needs to know. */
export interface BoardVolumeArgs extends BoardDirectory {
  /** Namespace of the claim. */
  namespace: Input<string>;
  /**
   * Size as a Kubernetes quantity, such as `8Gi`. Claim and volume agree on it, but nothing enforces it: a
   * directory takes what the board's disk gives. A later change is therefore ignored.
   */
  size: string;
}

/**
 * Name of the PersistentVolumeClaim for a directory, by which a pod mounts it. Another directory has another
 * claim: then the new one is made, the pod moves over, and the old one goes. Under one name the old claim would
 * have to go first, which Kubernetes puts off for as long as the pod uses it.
 */
export function claimName({ claim, board, path }: BoardDirectory): string {
  return `${claim}-${configHash(board, path).slice(0, 8)}`;
}

/**
 * A directory of one board as a volume: a PersistentVolume of type `local` and the claim bound to it, one to
 * one and in both directions, so that no other claim can take it.
 *
 * The directory must exist on the board, else the pod waits with the event `path … does not exist`:
 *
 *     sudo install -d -m 0750 /var/lib/bramble/gogs
 *
 * Data outlives the stack. The volume only points to the directory, and its reclaim policy is Retain: deleting
 * volume and claim deletes no file. They go with the stack all the same, without `retainOnDelete`: a volume
 * left behind stays tied to the claim that it had, and its name would be taken at the next `pulumi up`. Made
 * anew they find the data again. Whoever changes board or path copies the files beforehand.
 *
 * `local` and not `hostPath`: for it the kubelet applies a pod's `fsGroup`, so that a program without root can
 * write there, and the scheduler knows on which board it is.
 */
export class BoardVolume extends ComponentResource {
  /** Name of the claim, once it exists. */
  readonly claimName: Output<string>;

  constructor(name: string, args: BoardVolumeArgs, opts?: ComponentResourceOptions) {
    super("bramble:storage:BoardVolume", name, args, opts);
    const { namespace, board, path, size } = args;
    const claim = claimName(args);
    const accessModes = ["ReadWriteOnce"];

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
          local: { path },
          nodeAffinity: {
            required: {
              nodeSelectorTerms: [
                { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: [board] }] },
              ],
            },
          },
        },
      },
      { parent: this, ignoreChanges: ["spec.capacity"] },
    );
    const bound = new core.v1.PersistentVolumeClaim(
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

    this.claimName = bound.metadata.name;
    this.registerOutputs({ claimName: this.claimName });
  }
}
