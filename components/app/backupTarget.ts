import type { Container, PodSpec } from "../workload/workload.ts";
import { type AppStorage, claimName, type NfsVolume } from "./volumes.ts";

/**
 * Where backups go: a bucket of an S3-compatible service, or a directory for the backups alone, of an NFS server or of
 * a board, which is not one whose data they are of.
 */
export type BackupTarget = AppStorage | { readonly s3: S3Bucket };

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
  /** UDP port on every board on which DogStatsD is told how a backup ended; nobody is told if omitted. */
  readonly statsdPort?: number;
}

/** Names of the objects, in the namespace of each app that is backed up, that its pods use. */
export const backupObjects = {
  password: "backup-password",
  access: "backup-access",
  scripts: "backup-scripts",
} as const;

/** The server of backups on a board. */
export const backupServer = { name: "backup-server", namespace: "backup", port: 8000 } as const;

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
    const { name, namespace, port } = backupServer;
    return `rest:http://${name}.${namespace}.svc:${port}/${app}/`;
  }
  const { endpoint, bucket, prefix } = target.s3;
  return `s3:${endpoint.replace(/\/$/, "")}/${bucket}/${prefix}/${app}`;
}

/** What a container needs to reach an app's repository. */
export function repositoryAccess(
  target: BackupTarget,
  app: string,
): Pick<Container, "env" | "envFrom" | "volumeMounts"> {
  const region = "s3" in target ? target.s3.region : undefined;
  return {
    env: [
      { name: "RESTIC_REPOSITORY", value: repositoryOf(target, app) },
      { name: "RESTIC_PASSWORD_FILE", value: backupPaths.password },
      { name: "RESTIC_HOST", value: app },
      ...(region === undefined ? [] : [{ name: "AWS_DEFAULT_REGION", value: region }]),
    ],
    ...(!("nfs" in target) && { envFrom: [{ secretRef: { name: backupObjects.access } }] }),
    volumeMounts: [
      { name: "backup-scripts", mountPath: backupPaths.scripts, readOnly: true },
      { name: "backup-password", mountPath: backupPaths.password.replace(/\/[^/]+$/, ""), readOnly: true },
      ...("nfs" in target ? [{ name: "repositories", mountPath: backupPaths.repositories }] : []),
    ],
  };
}

/** The volumes that `repositoryAccess` mounts. */
export function repositoryVolumes(target: BackupTarget): NonNullable<PodSpec["volumes"]> {
  const repositories = repositoriesVolume(target);
  return [
    { name: "backup-scripts", configMap: { name: backupObjects.scripts } },
    { name: "backup-password", secret: { secretName: backupObjects.password, defaultMode: 0o440 } },
    ...(repositories
      ? [{ name: "repositories", persistentVolumeClaim: { claimName: claimName(repositories) } }]
      : []),
  ];
}
