import { readFileSync } from "node:fs";
import { core } from "@pulumi/kubernetes";
import { ComponentResource, type ComponentResourceOptions, type Input } from "@pulumi/pulumi";
import { registerSchedule } from "../workload.ts";
import type { BackupSecrets } from "./backup.ts";
import { backupObjects, type BackupPlan, repositoriesVolume } from "./backupTarget.ts";
import { type BackupSource, backupWorkload } from "./backupWorkload.ts";
import { DataVolume } from "./volumes.ts";

/** What an app's backups need to know. */
export interface AppBackupArgs {
  source: BackupSource;
  plan: BackupPlan;
  secrets: BackupSecrets;
  /** Namespace of the app, once it exists. */
  namespace: Input<string>;
}

const scripts = Object.fromEntries(
  ["state.sh", "backup.sh", "restore.sh", "copyDatabase.mjs"].map((file) => [
    file,
    readFileSync(new URL(file, import.meta.url), "utf8"),
  ]),
);

/** The backups of one app: its CronJob, and in the app's namespace what it and a restore need. */
export class AppBackup extends ComponentResource {
  constructor(name: string, args: AppBackupArgs, opts?: ComponentResourceOptions) {
    super("bramble:storage:AppBackup", name, args, opts);
    const { source, plan, secrets, namespace } = args;
    const parent = { parent: this };
    const files = [
      new core.v1.Secret(
        `${name}-password`,
        { metadata: { name: backupObjects.password, namespace }, stringData: { password: secrets.password } },
        parent,
      ),
      new core.v1.Secret(
        `${name}-access`,
        { metadata: { name: backupObjects.access, namespace }, stringData: secrets.access },
        parent,
      ),
      new core.v1.ConfigMap(
        `${name}-scripts`,
        {
          metadata: { name: backupObjects.scripts, namespace },
          data: { ...scripts, excludes: `${source.excludes.join("\n")}\n` },
        },
        parent,
      ),
    ];
    const repositories = repositoriesVolume(plan.target);
    const mounted = repositories
      ? [new DataVolume(`${name}-repositories`, { namespace, ...repositories, size: "64Gi" }, parent)]
      : [];
    registerSchedule(`${name}-cronjob`, backupWorkload(source, plan), {
      ...parent,
      dependsOn: [...files, ...mounted],
    });
    this.registerOutputs({});
  }
}
