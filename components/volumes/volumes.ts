import { core, storage } from "@pulumi/kubernetes";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import { boardVolume, type BoardDirectory, claimName } from "../app/volumes.ts";

/** Name of the storage class by default. */
export const defaultStorageClass = "bramble";

/** A directory of a board for a claim that somebody else makes. */
export interface OfferedVolume extends BoardDirectory {
  /** The largest claim that gets it, as a Kubernetes quantity: `8Gi`. */
  readonly size: string;
  /** The only claim that gets it. Default: any that fits. */
  readonly for?: { readonly namespace: string; readonly name: string } | undefined;
}

/** What {@link OfferedVolumes} needs to know. */
export interface OfferedVolumesArgs {
  /** The volumes, by the end of their Pulumi names. */
  readonly volumes: Readonly<Record<string, OfferedVolume>>;
  /** Name of their storage class. Default: `bramble`; another one for each further set of volumes of a cluster. */
  readonly storageClass?: string;
  /** Whether claims that name no class get one of them. Default: false. */
  readonly isDefault?: boolean;
}

/**
 * Directories of boards as volumes of a storage class, for claims of what others deploy. Nothing runs for it: the
 * volumes are made beforehand, and Kubernetes itself binds a claim to the smallest that fits of a board where its pod
 * fits, too.
 *
 * Each directory must exist, as for a DataVolume. Their data outlives the claim, the volume and the stack. A volume
 * whose claim is deleted stays `Released`, with its data, and no other claim gets it before its `claimRef` is removed.
 *
 * A volume that is removed while a claim is bound to it stays until the claim goes: the update fails after
 * 30 seconds and can be run again.
 */
export class OfferedVolumes extends ComponentResource {
  constructor(
    name: string,
    { volumes, storageClass = defaultStorageClass, isDefault = false }: OfferedVolumesArgs,
    opts?: ComponentResourceOptions,
  ) {
    super("bramble:storage:OfferedVolumes", name, { volumes, storageClass, isDefault }, opts);
    new storage.v1.StorageClass(
      `${name}-class`,
      {
        metadata: {
          name: storageClass,
          annotations: { "storageclass.kubernetes.io/is-default-class": String(isDefault) },
        },
        provisioner: "kubernetes.io/no-provisioner",
        reclaimPolicy: "Retain",
        // The pod's board is chosen first, by its memory; then a volume there.
        volumeBindingMode: "WaitForFirstConsumer",
      },
      { parent: this },
    );
    for (const [key, volume] of Object.entries(volumes)) {
      const { size, for: claim } = volume;
      new core.v1.PersistentVolume(
        `${name}-${key}`,
        {
          metadata: { name: claimName(volume) },
          spec: {
            capacity: { storage: size },
            accessModes: ["ReadWriteOnce"],
            persistentVolumeReclaimPolicy: "Retain",
            storageClassName: storageClass,
            volumeMode: "Filesystem",
            ...(claim && { claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", ...claim } }),
            ...boardVolume(volume),
          },
        },
        // Kubernetes lets no bound volume change its claim.
        {
          parent: this,
          replaceOnChanges: ["spec.claimRef"],
          deleteBeforeReplace: true,
          customTimeouts: { delete: "30s" },
        },
      );
    }
    this.registerOutputs({});
  }
}
