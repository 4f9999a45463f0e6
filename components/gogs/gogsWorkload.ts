import { temporaryFiles, withDisk } from "../workload/disk.ts";
import { restrictedContainer, restrictedPod } from "../workload/security.ts";
import { type BackupPlan, repositoryVolumes } from "../app/backupTarget.ts";
import type { BackedUp } from "../app/backupWorkload.ts";
import { restoreContainer } from "../app/restoreContainer.ts";
import { type AppStorage, appDirectory, besideData, claimName, type DataDirectory } from "../app/volumes.ts";
import type { Container, Workload } from "../workload/workload.ts";
import { gogsDatabase, gogsPaths, gogsPort, gogsSshPort } from "./appIni.ts";
import { gogsApp, gogsNamespace, gogsSource, gogsUser } from "./gogsBackup.ts";
import { upgradeContainer } from "./upgradeContainer.ts";
import { gogsImage } from "./images.ts";

/** What decides Gogs' pod. */
export interface GogsWorkloadArgs {
  /** Its namespace, and the name of its backups. Default: `gogs`; another one for each further Gogs of a cluster. */
  namespace?: string | undefined;
  /** Full host name under which browsers and git reach it. */
  host: string;
  /** Where its data is. The directory named as the namespace is for Gogs alone. */
  storage: AppStorage;
  /** How it is backed up; not at all if omitted. */
  backup?: BackupPlan;
  /** What an empty volume is filled with: `newest` complete backup, `none`, or the id of a snapshot. Default: newest. */
  restore?: string;
}

/** Names of the objects that Gogs' pod mounts. */
export const gogsObjects = {
  configuration: "gogs-configuration",
  scripts: "gogs-scripts",
  admin: "gogs-admin",
  secretKey: "gogs-secret-key",
} as const;

/** Size of its volume by default. */
export const defaultSize = "8Gi";
/** What an empty volume is filled with by default. */
export const defaultRestore = "newest";

/** Login of the administrator that is made at the first start. (Gogs reserves `admin`.) */
export const gogsAdministrator = "gogs-admin";

/** The directory of repositories and database, as a volume. */
export function gogsDirectory({
  namespace = gogsNamespace,
  storage,
}: Pick<GogsWorkloadArgs, "namespace" | "storage">): DataDirectory {
  return appDirectory("gogs-data", namespace, storage);
}

/** How its directory is backed up, if it is. */
export function gogsBackup(args: GogsWorkloadArgs): BackedUp | undefined {
  return args.backup && { source: gogsSource(gogsDirectory(args), args.namespace), plan: args.backup };
}

const program = "/app/gogs/gogs";
const appIni = `${gogsPaths.configuration}/app.ini`;
const home = `${gogsPaths.data}/git`;
const withKey = ["sh", `${gogsPaths.scripts}/gogs.sh`, gogsPaths.secretKey, gogsPaths.firstSecretKey];

/** Gogs' StatefulSet: one pod, on the board that holds its data. */
export function gogsWorkload(args: GogsWorkloadArgs): Workload {
  const { namespace = gogsNamespace, host, backup, restore: which = defaultRestore } = args;
  const databases = gogsDatabase.replace(/\/[^/]+$/, "");
  const restore = { app: namespace, volume: "data", which, databases };
  return {
    name: gogsApp,
    namespace,
    kind: "StatefulSet",
    replicas: 1,
    pod: {
      ...besideData(gogsDirectory(args)),
      priorityClassName: "bramble-app",
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 60,
      securityContext: {
        ...restrictedPod(gogsUser),
        fsGroup: gogsUser,
        // Once is enough; at each start it would walk all repositories.
        fsGroupChangePolicy: "OnRootMismatch",
      },
      initContainers: [
        ...(backup ? [restoreContainer(restore, backup)] : []),
        upgradeContainer(namespace, backup),
        administratorContainer(host),
      ],
      containers: [gogsContainer()],
      volumes: [
        { name: "data", persistentVolumeClaim: { claimName: claimName(gogsDirectory(args)) } },
        { name: "tmp", emptyDir: {} },
        { name: "database", emptyDir: {} },
        { name: "configuration", configMap: { name: gogsObjects.configuration } },
        { name: "scripts", configMap: { name: gogsObjects.scripts } },
        { name: "admin", secret: { secretName: gogsObjects.admin, defaultMode: 0o440 } },
        { name: "secret-key", secret: { secretName: gogsObjects.secretKey, defaultMode: 0o440 } },
        ...(backup ? repositoryVolumes(backup.target) : []),
      ],
    },
  };
}

function gogsContainer(): Container {
  // It asks the database, too. One that does not answer, as on a NAS that restarts, is no reason to restart Gogs.
  const probe = { httpGet: { path: "/healthcheck", port: "http" }, timeoutSeconds: 10 };
  const accepts = { tcpSocket: { port: "http" }, timeoutSeconds: 10 };
  return {
    ...common(),
    name: "gogs",
    command: [...withKey, program, "web", "--config", appIni],
    ports: [
      { name: "http", containerPort: gogsPort, protocol: "TCP" },
      { name: "ssh", containerPort: gogsSshPort, protocol: "TCP" },
    ],
    startupProbe: { ...probe, periodSeconds: 10, failureThreshold: 60 },
    livenessProbe: { ...accepts, periodSeconds: 30, failureThreshold: 6 },
    readinessProbe: { ...probe, periodSeconds: 10, failureThreshold: 6 },
  };
}

function administratorContainer(host: string): Container {
  const shared = common();
  return {
    ...shared,
    name: "administrator",
    command: [
      ...withKey,
      "sh",
      `${gogsPaths.scripts}/admin.sh`,
      appIni,
      gogsAdministrator,
      `${gogsAdministrator}@${host}`,
      gogsPaths.adminPassword,
    ],
    env: [
      ...(shared.env ?? []),
      { name: "GOGS", value: program },
      { name: "GOGS_URL", value: `http://127.0.0.1:${gogsPort}` },
    ],
    volumeMounts: [
      ...(shared.volumeMounts ?? []),
      { name: "admin", mountPath: gogsPaths.adminPassword.replace(/\/[^/]+$/, ""), readOnly: true },
    ],
  };
}

function common(): Omit<Container, "name"> {
  return {
    image: gogsImage,
    env: [
      { name: "HOME", value: home },
      { name: "GOGS_CUSTOM", value: `${gogsPaths.data}/gogs` },
      // Gogs puts what has a relative path below it: by default beside the program, which is read-only here.
      { name: "GOGS_WORK_DIR", value: `${gogsPaths.data}/gogs` },
      { name: "GIT_CONFIG_SYSTEM", value: `${gogsPaths.scripts}/gitconfig` },
      // Half of the limit: the other half is for the git processes that it starts.
      { name: "GOMEMLIMIT", value: "128MiB" },
    ],
    // Measured with Gogs 0.14.3 and git 2.39 on amd64, MiB of anonymous memory of the whole container: idle
    // 40, and 35 of the program's own pages; at most while pushing, browsing and cloning a repository of
    // 145,000 objects 77, 89 and 104 (83,000 objects: 59, 59 and 76); `git fsck` of it 79, `git gc` 101.
    // Without gogsGitConfig: 135, 84, 168; 159, 163.
    resources: withDisk(
      { requests: { cpu: "50m", memory: "128Mi" }, limits: { memory: "256Mi" } },
      temporaryFiles,
    ),
    securityContext: restrictedContainer,
    volumeMounts: [
      { name: "data", mountPath: gogsPaths.data },
      { name: "tmp", mountPath: "/tmp" },
      { name: "configuration", mountPath: gogsPaths.configuration, readOnly: true },
      { name: "scripts", mountPath: gogsPaths.scripts, readOnly: true },
      { name: "secret-key", mountPath: gogsPaths.firstSecretKey.replace(/\/[^/]+$/, ""), readOnly: true },
    ],
  };
}
