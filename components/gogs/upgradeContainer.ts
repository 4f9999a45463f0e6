import { temporaryFiles, withDisk } from "../workload/disk.ts";
import { images } from "../workload/images.ts";
import { restrictedContainer } from "../workload/security.ts";
import { backupPaths, type BackupPlan, repositoryAccess } from "../app/backupTarget.ts";
import { keepOptions, resticEnvironment, resticResources } from "../app/backupWorkload.ts";
import type { Container } from "../workload/workload.ts";
import { gogsPaths } from "./appIni.ts";
import { gogsImage } from "./images.ts";

const source = "/source";
const scratch = "/tmp";

/**
 * The init container that goes before another version of Gogs: no Gogs is at work then, the old pod has ended.
 * What it backs up is kept, whatever else is removed as too old.
 *
 * @param app the name of its backups
 * @param plan how Gogs is backed up; without it only the database is saved, beside itself
 */
export function upgradeContainer(app: string, plan: BackupPlan | undefined): Container {
  const access = plan && repositoryAccess(plan.target, app);
  const version = gogsImage.replace(/^.*-/, "");
  const backup = plan && [
    "sh",
    `${backupPaths.scripts}/backup.sh`,
    source,
    `${source}/data/git`,
    `${backupPaths.scripts}/excludes`,
    scratch,
    ...keepOptions(plan),
  ];
  return {
    ...access,
    name: "upgrade",
    image: plan ? images.restic : gogsImage,
    command: [
      "sh",
      `${gogsPaths.scripts}/upgrade.sh`,
      version,
      `${source}/data`,
      `${source}/database`,
      ...(backup ?? []),
    ],
    env: [
      ...(access?.env ?? []),
      ...(plan ? [...resticEnvironment(scratch), { name: "BACKUP_TAG", value: "upgrade" }] : []),
    ],
    resources: withDisk(resticResources, temporaryFiles),
    securityContext: restrictedContainer,
    terminationMessagePolicy: "FallbackToLogsOnError",
    volumeMounts: [
      ...(access?.volumeMounts ?? []),
      { name: "data", mountPath: `${source}/data` },
      { name: "database", mountPath: `${source}/database` },
      { name: "tmp", mountPath: scratch },
      { name: "scripts", mountPath: gogsPaths.scripts, readOnly: true },
    ],
  };
}
