import { temporaryFiles, withDisk } from "../workload/disk.ts";
import { images } from "../workload/images.ts";
import { anyOwnerContainer, restrictedContainer } from "../workload/security.ts";
import type { Container } from "../workload/workload.ts";
import { backupPaths, type BackupPlan, repositoryAccess } from "./backupTarget.ts";
import { resticEnvironment, resticResources } from "./backupWorkload.ts";

/** What an app's pod restores before it starts. */
export interface RestoreArgs {
  /** Name of the app, as it was backed up. */
  readonly app: string;
  /** Name of the pod's volume with its data. */
  readonly volume: string;
  /** `newest` complete backup, `none`, or the id of a snapshot. */
  readonly which: string;
  /** Folder in the volume of the SQLite database, as of the BackupSource. */
  readonly databases?: string;
  /** Whether files belong to other users, too, as an app's that runs as root may. Default: false. */
  readonly hasOwners?: boolean;
  /** Whether the app starts with an empty volume where the backups cannot be reached. By default it waits. */
  readonly isOptional?: boolean;
}

const data = "/restored";

/**
 * The init container that restores an app's volume if it is empty. Its pod has `repositoryVolumes`, and an
 * emptyDir `tmp`.
 */
export function restoreContainer(args: RestoreArgs, { target }: BackupPlan): Container {
  const { app, volume, which, hasOwners, isOptional } = args;
  const databases = args.databases === undefined ? [] : [args.databases];
  const access = repositoryAccess(target, app);
  return {
    ...access,
    name: "restore",
    image: images.restic,
    command: ["sh", `${backupPaths.scripts}/restore.sh`, data, which, ...databases],
    env: [
      ...(access.env ?? []),
      ...resticEnvironment("/tmp"),
      ...(isOptional ? [{ name: "RESTORE_OPTIONAL", value: "yes" }] : []),
    ],
    resources: withDisk(resticResources, temporaryFiles),
    securityContext: hasOwners ? anyOwnerContainer : restrictedContainer,
    terminationMessagePolicy: "FallbackToLogsOnError",
    volumeMounts: [
      ...(access.volumeMounts ?? []),
      { name: volume, mountPath: data },
      { name: "tmp", mountPath: "/tmp" },
    ],
  };
}
