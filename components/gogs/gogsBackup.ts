import type { BackupSource } from "../app/backupWorkload.ts";
import type { DataDirectory } from "../app/volumes.ts";
import { gogsDatabase } from "./appIni.ts";

/** Name of Gogs' pods and Service. */
export const gogsApp = "gogs";
/** Namespace of Gogs by default. */
export const gogsNamespace = "gogs";
/** The image's user `git`, as whom Gogs insists to run. */
export const gogsUser = 1000;

/**
 * What of Gogs is backed up: its whole volume, the database as a copy of one moment.
 *
 * Not `gogs backup`, of which a restore is not the same (Gogs 0.14.3, internal/cmd/backup.go, restore.go and
 * internal/database/backup.go): restoring a table ends without an error at the first row whose JSON is longer
 * than 64 KiB, such as a long issue, and all rows after it are lost; objects of LFS are not in it, and SSH host
 * keys are not restored; tables are read one after the other while others write; and it needs room for all
 * repositories twice.
 *
 * @param data the volume
 * @param namespace where it runs, and the name of its backups
 */
export function gogsSource(data: DataDirectory, namespace: string = gogsNamespace): BackupSource {
  return {
    app: namespace,
    namespace,
    data,
    user: gogsUser,
    // A push that comes meanwhile could leave a branch in the backup without its commits.
    watched: "git",
    excludes: [
      `data/${gogsDatabase}*`,
      "data/gogs/log",
      "data/gogs/data/tmp",
      "data/gogs/data/sessions",
      "data/lost+found",
    ],
    database: gogsDatabase,
  };
}
