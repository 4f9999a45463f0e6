import { core } from "@pulumi/kubernetes";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import { registerNamespace } from "../workload/namespace.ts";
import { filesBeside } from "../workload/podFiles.ts";
import { registerSchedule, type ScheduledWorkload } from "../workload/workload.ts";
import { type RepositorySecrets, secretsOf } from "./appBackup.ts";
import { backupObjects, repositoriesVolume } from "./backupTarget.ts";
import type { BackedUp } from "./backupWorkload.ts";
import { testedObjects } from "./restoreTestWorkload.ts";
import { DataVolume } from "./volumes.ts";

/** What the restore test needs to know. */
export interface RestoreTestArgs {
  /** Its CronJob (`restoreTestWorkload`), whose namespace is its own, and made with it. */
  workload: ScheduledWorkload;
  /** What is tested: everything that is backed up, all by the same plan. */
  backedUp: readonly BackedUp[];
  /** What opens the repositories, by app: a BackupStore's. */
  secrets: RepositorySecrets;
}

const scripts = filesBeside(
  import.meta.url,
  "restoreTest.sh",
  "checkDatabases.mjs",
  "integrity.mjs",
  "verdicts.sh",
  "report.sh",
);

/** The restore test of all apps: its CronJob, and in a namespace of its own what opens the repositories. */
export class RestoreTest extends ComponentResource {
  constructor(name: string, args: RestoreTestArgs, opts?: ComponentResourceOptions) {
    super("bramble:storage:RestoreTest", name, args, opts);
    const { workload, backedUp, secrets } = args;
    const parent = { parent: this };
    // `restricted` allows no root, who alone reads snapshots of etcd.
    const needsRoot = backedUp.some(({ source }) => source.user === 0);
    const podSecurity = needsRoot ? "baseline" : "restricted";
    const created = registerNamespace(`${name}-namespace`, workload.namespace, podSecurity, parent);
    const namespace = created.metadata.name;

    const opening = backedUp.flatMap(({ source: { app } }) => {
      const { password, access } = secretsOf(app, secrets);
      const objects = testedObjects(app);
      const metadata = (object: string) => ({ name: object, namespace });
      return [
        new core.v1.Secret(
          `${name}-password-${app}`,
          { metadata: metadata(objects.password), stringData: { password } },
          parent,
        ),
        new core.v1.Secret(
          `${name}-access-${app}`,
          { metadata: metadata(objects.access), stringData: access },
          parent,
        ),
      ];
    });
    const files = new core.v1.ConfigMap(
      `${name}-scripts`,
      { metadata: { name: backupObjects.scripts, namespace }, data: scripts },
      parent,
    );
    const repositories = backedUp[0] && repositoriesVolume(backedUp[0].plan.target);
    const mounted = repositories
      ? [new DataVolume(`${name}-repositories`, { namespace, ...repositories, size: "64Gi" }, parent)]
      : [];
    registerSchedule(`${name}-cronjob`, workload, {
      ...parent,
      dependsOn: [...opening, files, ...mounted],
    });
    this.registerOutputs({});
  }
}
