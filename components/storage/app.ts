import { backup as schema } from "../../settings/schema/backup.ts";
import { app, type AppPart } from "../app/app.ts";
import { BackupStore } from "./backup.ts";
import { backupServerWorkload } from "./backupServerWorkload.ts";
import { etcdBackup, EtcdBackup } from "./etcdBackup.ts";

/** The backups of all apps' data. */
export const backup = app({
  schema,
  page: "backup-and-restore.md",
  needs: [],
  takeover: "; the backups on it are lost, and the next ones are complete again",
  parts(own, { controlPlanes, plan, isRehearsal }) {
    if (!plan) return [];
    const { target } = plan;
    const { password, accessKey, secretKey, etcd } = own;
    const store: AppPart = {
      name: "backup",
      stage: "backupStore",
      loads: "board" in target ? [backupServerWorkload(target)] : [],
      register(name, { opts, backedUp }) {
        const keys = { password, accessKey, secretKey, protectPassword: !isRehearsal };
        const resource = new BackupStore(name, { target, apps: backedUp, ...keys }, opts);
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
