import { app, type AppPart } from "../app/app.ts";
import { diskDirectories } from "../board/disk.ts";
import { RestoreTest } from "../app/restoreTest.ts";
import { restoreTest, restoreTestWorkload } from "../app/restoreTestWorkload.ts";
import { BackupStore } from "./backup.ts";
import { backupDirectory, backupServerUser, backupServerWorkload } from "./backupServerWorkload.ts";
import { etcdBackup, EtcdBackup } from "./etcdBackup.ts";
import { backupDirectory as onCard, schema } from "./settings.ts";

/**
 * Where backups lie on the board that stores them.
 *
 * @param directory `backup.directory` of the settings
 * @param disks boards that have a disk for data
 */
export function backupPlace(
  { board = "", directory }: { readonly board?: string | undefined; readonly directory?: string | undefined },
  disks: readonly string[],
) {
  return { board, directory: directory ?? (disks.includes(board) ? diskDirectories.backups : onCard) };
}

/** The backups of all apps' data. */
export const backup = app({
  schema,
  page: "backup-and-restore.md",
  example: { board: "pi3-2" },
  needs: [],
  takeover: "; the backups on it are lost, and the next ones are complete again",
  directories(own, { disks }) {
    const place = backupPlace(own, disks);
    return place.board === "" ? [] : [{ ...backupDirectory(place), owner: backupServerUser }];
  },
  *errors({ board, nfs, s3, accessKey, secretKey, keep }) {
    const targets = Object.entries({ board, nfs, s3 }).flatMap(([key, value]) => (value ? [key] : []));
    if (targets.length !== 1) {
      const given = targets.length === 0 ? "no target is set" : `${targets.join(" and ")} are set`;
      yield { setting: "", code: "backup-target", message: `${given}. Set one of board, nfs and s3.` };
    } else {
      for (const [key, value] of s3 ? Object.entries({ accessKey, secretKey }) : []) {
        if (value !== undefined) continue;
        yield { setting: key, code: "backup-key-missing", message: "is missing; backup.s3 needs it." };
      }
    }
    // Else the newest would go as soon as it is made.
    if (Object.values(keep).every((count) => count === 0)) {
      const message = "keeps no backups: daily, weekly and monthly are all 0. Set one of them to 1 or more.";
      yield { setting: "keep", code: "backup-keeps-none", message };
    }
  },
  parts(own, { controlPlanes, plan, isRehearsal, isolation }) {
    if (!plan) return [];
    const { target } = plan;
    const { password, accessKey, secretKey, etcd } = own;
    const store: AppPart = {
      name: "backup",
      stage: "backupStore",
      loads: "board" in target ? [backupServerWorkload(target)] : [],
      register(name, { opts, backedUp }) {
        const keys = { password, accessKey, secretKey, protectPassword: !isRehearsal };
        const apps = backedUp.map(({ source }) => source.app);
        const namespaces = [
          ...new Set([...backedUp.map(({ source }) => source.namespace), restoreTest]),
        ].sort();
        const clients = isolation && { isolation, namespaces };
        const resource = new BackupStore(name, { target, apps, clients, ...keys }, opts);
        const workload = restoreTestWorkload(backedUp);
        if (workload) new RestoreTest(restoreTest, { workload, backedUp, secrets: resource.secrets }, opts);
        // Without the password the backups are worthless: keep it outside the cluster.
        return { resource, outputs: { backupPassword: resource.password }, backupSecrets: resource.secrets };
      },
    };
    if (etcd === undefined) return [store];
    // Each of them takes snapshots; the first by name is asked, whatever the order of the list.
    const [board = ""] = [...controlPlanes].sort();
    const args = { board, directory: etcd, backup: plan };
    const snapshots: AppPart = {
      name: "etcd-backup",
      stage: "app",
      backup: etcdBackup(args),
      register: (name, { opts, backupSecrets }) => ({
        resource: new EtcdBackup(name, { ...args, backupSecrets }, opts),
      }),
    };
    return [store, snapshots];
  },
});
