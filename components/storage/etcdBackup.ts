import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import { controlPlaneTaint } from "../board/taints.ts";
import { registerNamespace } from "../workload/namespace.ts";
import { AppBackup, type RepositorySecrets } from "../app/appBackup.ts";
import type { BackupPlan } from "../app/backupTarget.ts";
import type { BackedUp, BackupSource } from "../app/backupWorkload.ts";
import { DataVolume } from "../app/volumes.ts";

/** What the backup of etcd's snapshots needs to know. */
export interface EtcdBackupArgs {
  /** The control plane board that takes the snapshots. */
  board: string;
  /** Absolute path of the directory on it with the snapshots, root's alone. Whoever takes one renames it into place. */
  directory: string;
  /** Where to, when, and how many are kept. */
  backup: BackupPlan;
  /** What opens the repositories, by app: a BackupStore's. */
  backupSecrets?: RepositorySecrets | undefined;
}

/** What of etcd is backed up: the files that are in its directory of snapshots. */
export function etcdSource({ board, directory }: Pick<EtcdBackupArgs, "board" | "directory">): BackupSource {
  return {
    app: "etcd",
    namespace: "etcd-backup",
    data: { claim: "etcd-snapshots", board, path: directory },
    // Snapshots hold every Secret of the cluster: nobody else on the board may read them.
    user: 0,
    watched: ".",
    excludes: [],
    tolerations: [{ key: controlPlaneTaint.key, operator: "Exists", effect: controlPlaneTaint.effect }],
  };
}

/** How they are backed up. */
export function etcdBackup(args: EtcdBackupArgs): BackedUp {
  return { source: etcdSource(args), plan: args.backup };
}

/** Backs up what snapshots of etcd its control plane has put into a directory. */
export class EtcdBackup extends ComponentResource {
  constructor(name: string, args: EtcdBackupArgs, opts?: ComponentResourceOptions) {
    super("bramble:storage:EtcdBackup", name, args, opts);
    const parent = { parent: this };
    const { source, plan } = etcdBackup(args);
    // `restricted` allows no root.
    const created = registerNamespace(`${name}-namespace`, source.namespace, "baseline", parent);
    const namespace = created.metadata.name;
    const { backupSecrets: secrets } = args;
    const data = new DataVolume(`${name}-data`, { namespace, ...source.data, size: "1Gi" }, parent);
    new AppBackup(`${name}-backup`, { source, plan, secrets, namespace }, { ...parent, dependsOn: data });
    this.registerOutputs({});
  }
}
