// Where backups are kept, and what opens them.
export { backup } from "./app.ts";
export { BackupStore, type BackupStoreArgs } from "./backup.ts";
export {
  backupDirectory,
  type BackupServerArgs,
  backupServerUser,
  backupServerWorkload,
} from "./backupServerWorkload.ts";
export { etcdBackup, EtcdBackup, type EtcdBackupArgs } from "./etcdBackup.ts";
