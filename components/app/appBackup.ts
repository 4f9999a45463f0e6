import { core } from "@pulumi/kubernetes";
import {
  ComponentResource,
  type ComponentResourceOptions,
  type Input,
  InputPropertyError,
} from "@pulumi/pulumi";
import { filesBeside } from "../workload/podFiles.ts";
import { registerSchedule } from "../workload/workload.ts";
import { backupObjects, type BackupPlan, repositoriesVolume } from "./backupTarget.ts";
import { type BackupSource, backupWorkload } from "./backupWorkload.ts";
import { registerQuiesce } from "./quiesce.ts";
import { DataVolume } from "./volumes.ts";

/** What opens an app's repository. */
export interface BackupSecrets {
  /** Decrypts it. */
  password: Input<string>;
  /** Environment variables that let restic reach it. */
  access: Input<Record<string, Input<string>>>;
}

/** What opens the repositories of apps, by their names. */
export type RepositorySecrets = Readonly<Record<string, BackupSecrets>>;

/** What an app's backups need to know. */
export interface AppBackupArgs {
  /** What is backed up. */
  source: BackupSource;
  /** Where to, when, and how many are kept. */
  plan: BackupPlan;
  /** What opens the repositories, by app: a BackupStore's. It must have the source's app. */
  secrets: RepositorySecrets | undefined;
  /** Namespace of the app, once it exists. */
  namespace: Input<string>;
}

const scripts = filesBeside(
  import.meta.url,
  "state.sh",
  "backup.sh",
  "report.sh",
  "restore.sh",
  "copyDatabase.mjs",
  "integrity.mjs",
  "quiesce.mjs",
);

/** The backups of one app: its CronJob, and in the app's namespace what it and a restore need. */
export class AppBackup extends ComponentResource {
  constructor(name: string, args: AppBackupArgs, opts?: ComponentResourceOptions) {
    const secrets = secretsOf(args.source.app, args.secrets);
    super("bramble:storage:AppBackup", name, args, opts);
    const { source, plan, namespace } = args;
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
    const { stopped } = source;
    const quiesce =
      stopped === undefined ? [] : registerQuiesce(`${name}-quiesce`, stopped, namespace, parent);
    registerSchedule(`${name}-cronjob`, backupWorkload(source, plan), {
      ...parent,
      dependsOn: [...files, ...mounted, ...quiesce],
    });
    this.registerOutputs({});
  }
}

/**
 * What opens the repository of an app.
 *
 * @throws InputPropertyError if nothing does: a plan that nothing opens would be no backup, and nobody would miss it
 */
export function secretsOf(app: string, secrets: RepositorySecrets | undefined): BackupSecrets {
  const own = secrets?.[app];
  if (own) return own;
  const reason = `has no access to the repository of "${app}", which has a backup plan. Pass the secrets of a BackupStore that has "${app}" among its apps.`;
  throw new InputPropertyError({ propertyPath: "secrets", reason });
}
