import { diskThresholds } from "../board/kubeletConfig.ts";
import { asDataNeeds, withDisk } from "../workload/disk.ts";
import { images } from "../workload/images.ts";
import type { PriorityClassName } from "../workload/priorities.ts";
import { anyOwnerContainer, restrictedContainer, restrictedPod } from "../workload/security.ts";
import type { Container, ScheduledWorkload } from "../workload/workload.ts";
import {
  backupObjects,
  backupPaths,
  type BackupPlan,
  type RepositoryObjects,
  repositoryAccess,
  repositoryVolumes,
} from "./backupTarget.ts";
import {
  type BackedUp,
  type BackupSource,
  resticEnvironment,
  resticResources,
  statsdEnvironment,
} from "./backupWorkload.ts";
import { longestPause } from "./schedule.ts";

/** Name of the restore test, and of its namespace. */
export const restoreTest = "restore-test";

/** User of what only reads verdicts, and group by which all containers read their Secrets: `nobody`. */
const nobody = 65_534;
const tested = "/tested";
const verdicts = "/verdicts";
const day = 86_400;

/** What opens the repository of an app, in the namespace of the restore test. */
export function testedObjects(app: string): RepositoryObjects {
  return { password: `${backupObjects.password}-${app}`, access: `${backupObjects.access}-${app}` };
}

/**
 * Seconds that the newest complete backup may be old: two missed ones are too many, while one is late whenever a
 * backup takes its time. With several a day, a day.
 */
export function allowedAge({ schedule }: BackupPlan): number {
  return Math.max(2 * longestPause(schedule), day);
}

/**
 * The CronJob that tests the backups of all apps, one after the other in one pod: so the test takes the memory of a
 * single restore, however many apps there are. Each app has containers of its own, with its own user, Secrets and
 * empty folder.
 *
 * It runs where the backups are: without that board there is nothing to test, and nothing goes over the network. With
 * backups elsewhere it runs on any board that takes apps.
 *
 * Its disk is not requested, since nobody knows beforehand how much it is: restoreTest.sh measures the backup and the
 * disk, and restores nothing that does not fit.
 *
 * @returns undefined where nothing is backed up, or nothing is to be tested
 */
export function restoreTestWorkload(backedUp: readonly BackedUp[]): ScheduledWorkload | undefined {
  // All have the same plan.
  const [first] = backedUp;
  const schedule = first?.plan.test;
  if (first === undefined || schedule === undefined) return undefined;
  const { plan } = first;
  const { target } = plan;
  const sources = backedUp.map(({ source }) => source);
  return {
    name: restoreTest,
    namespace: restoreTest,
    kind: "CronJob",
    replicas: 1,
    schedule,
    // Once more, for a backup that removed old data while it was read, or a board that went away.
    retries: 1,
    deadline: 6 * 3600,
    pod: {
      ...("board" in target && { nodeSelector: { "kubernetes.io/hostname": target.board } }),
      // It pushes out nothing, and gives way to everything: next week is soon enough.
      priorityClassName: "bramble-observing" satisfies PriorityClassName,
      restartPolicy: "Never",
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 30,
      securityContext: { fsGroup: nobody },
      initContainers: sources.flatMap((source) => testContainers(source, plan)),
      containers: [verdictsContainer(sources, plan)],
      volumes: [
        { name: "verdicts", emptyDir: {} },
        ...sources.map(({ app }) => ({ name: `restored-${app}`, emptyDir: {} })),
        ...repositoryVolumes(
          target,
          sources.map(({ app }) => testedObjects(app).password),
        ),
      ],
    },
  };
}

/** Files come back with their owner, so the app's own user and group restore them. */
function as({
  user,
  group,
  hasOwners,
}: Pick<BackupSource, "user" | "group" | "hasOwners">): NonNullable<Container["securityContext"]> {
  const container = hasOwners ? anyOwnerContainer : restrictedContainer;
  return { ...container, ...restrictedPod(user, group), runAsNonRoot: user !== 0 };
}

function testContainers(source: BackupSource, plan: BackupPlan): Container[] {
  const { app, database } = source;
  const folder = `${tested}/${app}`;
  const access = repositoryAccess(plan.target, app, testedObjects(app));
  const common = {
    securityContext: as(source),
    terminationMessagePolicy: "FallbackToLogsOnError",
    volumeMounts: [
      { name: `restored-${app}`, mountPath: folder },
      { name: "verdicts", mountPath: verdicts },
    ],
  };
  const restore = {
    ...common,
    ...access,
    name: `restore-${app}`,
    image: images.restic,
    command: [
      "sh",
      `${backupPaths.scripts}/restoreTest.sh`,
      folder,
      `${verdicts}/${app}`,
      `${allowedAge(plan)}`,
      // Where images share the disk, the kubelet keeps the most free for them.
      `${diskThresholds.imagefs}`,
    ],
    env: [
      ...(access.env ?? []),
      ...resticEnvironment(folder),
      { name: "NODE_NAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
    ],
    resources: withDisk(resticResources, asDataNeeds),
    // It reads repositories, nothing more.
    volumeMounts: [
      ...common.volumeMounts,
      ...(access.volumeMounts ?? []).map((mount) => ({ ...mount, readOnly: true })),
    ],
  };
  if (database === undefined) return [restore];
  const check = {
    ...common,
    name: `database-${app}`,
    image: images.node,
    command: [
      "node",
      `${backupPaths.scripts}/checkDatabases.mjs`,
      `${folder}/database`,
      `${verdicts}/${app}`,
    ],
    resources: withDisk({ requests: { cpu: "50m", memory: "48Mi" }, limits: { memory: "128Mi" } }),
    volumeMounts: [...common.volumeMounts, scriptsMount],
  };
  return [restore, check];
}

function verdictsContainer(sources: readonly BackupSource[], plan: BackupPlan): Container {
  const apps = sources.map(({ app }) => app);
  return {
    name: "verdicts",
    image: images.restic,
    command: ["sh", `${backupPaths.scripts}/verdicts.sh`, verdicts, ...apps],
    env: statsdEnvironment(plan),
    resources: withDisk({ requests: { cpu: "10m", memory: "16Mi" }, limits: { memory: "64Mi" } }),
    securityContext: as({ user: nobody }),
    terminationMessagePolicy: "FallbackToLogsOnError",
    volumeMounts: [{ name: "verdicts", mountPath: verdicts, readOnly: true }, scriptsMount],
  };
}

const scriptsMount = { name: backupObjects.scripts, mountPath: backupPaths.scripts, readOnly: true };
