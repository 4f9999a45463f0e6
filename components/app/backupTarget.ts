import type { Container, PodSpec } from "../workload/workload.ts";
import { type AppStorage, claimName, type NfsDirectory, type NfsVolume } from "./volumes.ts";

/**
 * Where backups go: a bucket of an S3-compatible service, or a directory for the backups alone, of an NFS server or of
 * a board, which is not one whose data they are of.
 */
export type BackupTarget =
  | (Extract<AppStorage, { readonly board: string }> & {
      /** Namespace of the server on the board. Default: `backup`; another one for each further store of a cluster. */
      readonly namespace?: string | undefined;
    })
  | Extract<AppStorage, { readonly nfs: NfsDirectory }>
  | { readonly s3: S3Bucket };

/** A bucket of an S3-compatible service. */
export interface S3Bucket {
  /** The service's url, such as `https://s3.eu-central-1.amazonaws.com`. */
  readonly endpoint: string;
  /** The bucket, which must exist. */
  readonly bucket: string;
  /** The folder in the bucket. */
  readonly prefix: string;
  /** The service's region; most services need none. */
  readonly region?: string;
}

/** Everything that decides how backups are made. */
export interface BackupPlan {
  readonly target: BackupTarget;
  /** When, in cron's notation and UTC. */
  readonly schedule: string;
  /** How many backups to keep: the last of each of so many days, weeks and months. */
  readonly keep: { readonly daily: number; readonly weekly: number; readonly monthly: number };
  /** When it is tested whether backups can be restored, as `schedule`; never if omitted. */
  readonly test?: string;
  /** UDP port on every board on which DogStatsD is told how a backup ended; nobody is told if omitted. */
  readonly statsdPort?: number;
}

/** When backups are made and tested, and which are kept, by default. */
export const defaultBackups = {
  schedule: "17 3 * * *",
  // After the backup of that night, and on a day with time to see to what it finds.
  test: "47 4 * * 0",
  keep: { daily: 7, weekly: 5, monthly: 12 },
} as const;

/** Names of the objects, in the namespace of each app that is backed up, that its pods use. */
export const backupObjects = {
  password: "backup-password",
  access: "backup-access",
  scripts: "backup-scripts",
} as const;

/** Names of objects that open a repository, and of the volumes with them. */
export type RepositoryObjects = Pick<Record<keyof typeof backupObjects, string>, "password" | "access">;

/** The server of backups on a board. */
export const backupServer = { name: "backup-server", namespace: "backup", port: 8000 } as const;

/** The server of a target on a board. */
export function backupServerIn({
  namespace = backupServer.namespace,
}: {
  readonly namespace?: string | undefined;
}) {
  return { ...backupServer, namespace };
}

/** Where the programs find their files in their containers. */
export const backupPaths = {
  scripts: "/etc/backup",
  password: "/run/secrets/backup/password",
  repositories: "/repositories",
} as const;

/** The volume with the repositories, where the target is one that a pod mounts. */
export function repositoriesVolume(target: BackupTarget): NfsVolume | undefined {
  // Longer than a NAS takes to restart.
  return "nfs" in target ? { claim: "backups", nfs: target.nfs, patience: 600 } : undefined;
}

/** restic's name for the repository of an app. Each app has its own: what damages one leaves the others. */
export function repositoryOf(target: BackupTarget, app: string): string {
  if ("nfs" in target) return `${backupPaths.repositories}/${app}`;
  if ("board" in target) {
    const { name, namespace, port } = backupServerIn(target);
    return `rest:http://${name}.${namespace}.svc:${port}/${app}/`;
  }
  const { endpoint, bucket, prefix } = target.s3;
  return `s3:${endpoint.replace(/\/$/, "")}/${bucket}/${prefix}/${app}`;
}

/**
 * What a container needs to reach an app's repository.
 *
 * @param objects what opens it. Default: those in the app's own namespace
 */
export function repositoryAccess(
  target: BackupTarget,
  app: string,
  objects: RepositoryObjects = backupObjects,
): Pick<Container, "env" | "envFrom" | "volumeMounts"> {
  const region = "s3" in target ? target.s3.region : undefined;
  return {
    env: [
      { name: "RESTIC_REPOSITORY", value: repositoryOf(target, app) },
      { name: "RESTIC_PASSWORD_FILE", value: backupPaths.password },
      { name: "RESTIC_HOST", value: app },
      ...(region === undefined ? [] : [{ name: "AWS_DEFAULT_REGION", value: region }]),
    ],
    ...(!("nfs" in target) && { envFrom: [{ secretRef: { name: objects.access } }] }),
    volumeMounts: [
      { name: backupObjects.scripts, mountPath: backupPaths.scripts, readOnly: true },
      { name: objects.password, mountPath: backupPaths.password.replace(/\/[^/]+$/, ""), readOnly: true },
      ...("nfs" in target ? [{ name: "repositories", mountPath: backupPaths.repositories }] : []),
    ],
  };
}

/**
 * The volumes that `repositoryAccess` mounts.
 *
 * @param passwords names of the Secrets with the passwords. Default: that in the app's own namespace
 */
export function repositoryVolumes(
  target: BackupTarget,
  passwords: readonly string[] = [backupObjects.password],
): NonNullable<PodSpec["volumes"]> {
  const repositories = repositoriesVolume(target);
  return [
    { name: backupObjects.scripts, configMap: { name: backupObjects.scripts } },
    ...passwords.map((name) => ({ name, secret: { secretName: name, defaultMode: 0o440 } })),
    ...(repositories
      ? [{ name: "repositories", persistentVolumeClaim: { claimName: claimName(repositories) } }]
      : []),
  ];
}
