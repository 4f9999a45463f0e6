import { asDataNeeds, withDisk } from "../workload/disk.ts";
import { images } from "../workload/images.ts";
import { anyOwnerContainer, restrictedContainer, restrictedPod } from "../workload/security.ts";
import type { Container, PodSpec, ScheduledWorkload } from "../workload/workload.ts";
import { backupPaths, type BackupPlan, repositoryAccess, repositoryVolumes } from "./backupTarget.ts";
import { quiesceContainer, quiescePod, quiesceVolume } from "./quiesce.ts";
import { besideData, claimName, type DataDirectory } from "./volumes.ts";

/** What of an app is backed up. */
export interface BackupSource {
  /** Name of the app, and of its repository. */
  readonly app: string;
  readonly namespace: string;
  /** The volume with its data. */
  readonly data: DataDirectory;
  /** User as whom the data is read: the app's own. */
  readonly user: number;
  /** Whether files belong to other users, too; `user` is root then. Default: false. */
  readonly hasOwners?: boolean;
  /** Group of the volume's files. Default: the number of `user`. */
  readonly group?: number;
  /**
   * The folder of the volume that must not change while it is backed up, such as `git`; `.` for all of it. Nothing is
   * watched if omitted.
   */
  readonly watched?: string;
  /** Name of the app's StatefulSet, if it is stopped while it is backed up. */
  readonly stopped?: string;
  /** What is left out: patterns of `restic backup --exclude`, such as `data/gogs/log`. The volume is `data`. */
  readonly excludes: readonly string[];
  /** Path in the volume of a SQLite database that its program may be writing to, such as `gogs/data/gogs.db`. */
  readonly database?: string;
  /** Taints of the board with the data. */
  readonly tolerations?: PodSpec["tolerations"];
}

/** What is backed up, and how. */
export interface BackedUp {
  readonly source: BackupSource;
  readonly plan: BackupPlan;
}

const source = { root: "/source", data: "/source/data", database: "/source/database" } as const;
const scratch = "/scratch";

/** The CronJob that backs up an app. */
export function backupWorkload(of: BackupSource, plan: BackupPlan): ScheduledWorkload {
  const { app, namespace, data, database, watched, stopped } = of;
  return {
    name: `${app}-backup`,
    namespace,
    kind: "CronJob",
    replicas: 1,
    schedule: plan.schedule,
    retries: 3,
    deadline: 6 * 3600,
    pod: {
      ...besideData(data),
      ...(of.tolerations && { tolerations: of.tolerations }),
      priorityClassName: "bramble-backup",
      restartPolicy: "Never",
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 30,
      ...(stopped !== undefined && quiescePod),
      securityContext: podSecurity(of),
      initContainers: [
        ...(stopped === undefined ? [] : [quiesceContainer(namespace, stopped)]),
        ...(watched === undefined ? [] : [stateContainer(watched)]),
        ...(database === undefined ? [] : [databaseContainer(database)]),
      ],
      containers: [backupContainer(of, plan)],
      volumes: [
        { name: "data", persistentVolumeClaim: { claimName: claimName(data), readOnly: true } },
        { name: "database", emptyDir: {} },
        { name: "scratch", emptyDir: {} },
        ...(stopped === undefined ? [] : [quiesceVolume]),
        ...repositoryVolumes(plan.target),
      ],
    },
  };
}

/** root reads what belongs to root, and needs no capability for it. */
function podSecurity({ user, group = user }: BackupSource): NonNullable<PodSpec["securityContext"]> {
  return user === 0
    ? { ...restrictedPod(user), runAsNonRoot: false }
    : { ...restrictedPod(user, group), fsGroup: group, fsGroupChangePolicy: "OnRootMismatch" };
}

function stateContainer(watched: string): Container {
  return {
    ...common,
    name: "state",
    image: images.restic,
    command: ["sh", `${backupPaths.scripts}/state.sh`, `${source.data}/${watched}`, `${scratch}/before`],
    resources: withDisk({ requests: { cpu: "10m", memory: "16Mi" }, limits: { memory: "64Mi" } }),
  };
}

function databaseContainer(database: string): Container {
  const file = database.replace(/^.*\//, "");
  return {
    ...common,
    name: "database",
    image: images.node,
    command: [
      "node",
      `${backupPaths.scripts}/copyDatabase.mjs`,
      `${source.data}/${database}`,
      `${source.database}/${file}`,
    ],
    resources: withDisk({ requests: { cpu: "50m", memory: "48Mi" }, limits: { memory: "128Mi" } }),
  };
}

/** What is kept of a plan's backups, as options of `restic forget`. */
export function keepOptions({ keep }: BackupPlan): string[] {
  const counts = Object.entries(keep).flatMap(([unit, count]) => [`--keep-${unit}`, `${count}`]);
  return [...counts, "--keep-tag", "upgrade"];
}

function backupContainer({ app, watched, hasOwners }: BackupSource, plan: BackupPlan): Container {
  const access = repositoryAccess(plan.target, app);
  return {
    ...common,
    ...access,
    name: "backup",
    image: images.restic,
    ...(hasOwners && { securityContext: anyOwnerContainer }),
    command: [
      "sh",
      `${backupPaths.scripts}/backup.sh`,
      source.root,
      watched === undefined ? "" : `${source.data}/${watched}`,
      `${backupPaths.scripts}/excludes`,
      scratch,
      ...keepOptions(plan),
    ],
    env: [...(access.env ?? []), ...resticEnvironment(scratch), ...statsdEnvironment(plan)],
    resources: withDisk(resticResources, asDataNeeds),
    volumeMounts: [...common.volumeMounts, ...(access.volumeMounts ?? []).filter(isNew)],
  };
}

/**
 * Memory for restic, which `resticEnvironment` bounds. Measured with restic 0.19.1 on amd64 and 96,000 files of
 * 2.3 GB, MiB of anonymous memory at most: the first backup 93, one of each night 41, `check` of a seventh 49,
 * `forget --prune` 41, a restore 141; and 30 of the program's own pages.
 */
export const resticResources = {
  requests: { cpu: "50m", memory: "48Mi" },
  limits: { memory: "256Mi" },
};

/** What restic keeps to: where it may write, and how much memory it may take. */
export function resticEnvironment(folder: string): NonNullable<Container["env"]> {
  return [
    { name: "RESTIC_CACHE_DIR", value: `${folder}/cache` },
    { name: "TMPDIR", value: folder },
    { name: "RESTIC_PROGRESS_FPS", value: "0.016666" },
    { name: "GOMEMLIMIT", value: "96MiB" },
    { name: "GOGC", value: "20" },
    // Else one for each core reads, compresses and encrypts, each with its own buffers.
    { name: "GOMAXPROCS", value: "2" },
  ];
}

/** By what report.sh reaches DogStatsD; nothing where nobody is told. */
export function statsdEnvironment({ statsdPort }: BackupPlan): NonNullable<Container["env"]> {
  if (statsdPort === undefined) return [];
  return [
    { name: "STATSD_HOST", valueFrom: { fieldRef: { fieldPath: "status.hostIP" } } },
    { name: "STATSD_PORT", value: `${statsdPort}` },
  ];
}

const common = {
  securityContext: restrictedContainer,
  // The last lines of what was said stand in the pod's status, too.
  terminationMessagePolicy: "FallbackToLogsOnError",
  volumeMounts: [
    { name: "data", mountPath: source.data, readOnly: true },
    { name: "database", mountPath: source.database },
    { name: "scratch", mountPath: scratch },
    { name: "backup-scripts", mountPath: backupPaths.scripts, readOnly: true },
  ],
};

function isNew({ name }: { name: string }): boolean {
  return !common.volumeMounts.some((mount) => mount.name === name);
}
