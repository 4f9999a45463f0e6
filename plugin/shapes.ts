// Args that several components of the plugin have, in the shapes that Pulumi's component analyzer knows: interfaces,
// mutable lists and `as const` enums, and what is one of several is several properties of which one is given.
import { type Input, InputPropertyError, type Output, output } from "@pulumi/pulumi";
import {
  type BackupPlan as Plan,
  type BackupTarget as Target,
  defaultBackups,
  type NfsDirectory,
  type RepositorySecrets,
  type RouteTls,
  type S3Bucket,
} from "../components/app/index.ts";

/** Where certificates come from. */
export const Certificates = {
  /** By ACME, such as Let's Encrypt. */
  Acme: "acme",
  /** Traefik's own, which browsers warn of. */
  SelfSigned: "selfSigned",
} as const;
export type Certificates = (typeof Certificates)[keyof typeof Certificates];

/** How an app's host is served. */
export interface HostArgs {
  /** Where the host's certificate comes from: `acme`, or `selfSigned` if Traefik's `certificates` are. Default: `acme`. */
  tls?: Certificates;
  /**
   * The name of the one certificate of all hosts below a domain, such as `*.home.example.com`, with the challenge
   * `dns01`. Default: a certificate of its own.
   */
  wildcard?: string;
  /** Namespace of the entrance that serves it. Default: `ingress`. */
  entrance?: string;
}

/**
 * A host's certificate as the components know it.
 *
 * @throws InputPropertyError for a wildcard that nothing would sign
 */
export function tlsOf({ tls, wildcard }: HostArgs): RouteTls | undefined {
  if (wildcard === undefined) return tls;
  if (tls !== "selfSigned") return { wildcard };
  throw new InputPropertyError({
    propertyPath: "wildcard",
    reason: "has no effect with `tls: selfSigned`. Omit one of the two.",
  });
}

/** Where isolated pods may connect to outside the cluster. Addresses are IPv4 ranges. */
export interface Isolation {
  /** Ranges with the API servers; empty if their addresses are not known. */
  apiServers: string[];
  /** Ranges of the LAN. */
  lan: string[];
  /** The pods' range. */
  podSubnet: string;
}

/** Where apps' data is: on a board's disk or an NFS server, each in a directory of its own below. */
export interface Storage {
  /** The board (its node's name) whose disk has the data. With `directory`, and without `nfs`. */
  board?: string;
  /** Absolute path of the directory on that board. */
  directory?: string;
  /** The directory of an NFS server, instead of `board` and `directory`. */
  nfs?: NfsDirectory;
}

/** Where backups go: to a board's disk, an NFS server or a bucket. */
export interface BackupTarget extends Storage {
  /** Namespace of the server on the board. Default: `backup`; another one for each further store of a cluster. */
  namespace?: string;
  /** A bucket of an S3-compatible service, instead of `board` or `nfs`. */
  s3?: S3Bucket;
}

/** How many backups to keep. */
export interface BackupKeep {
  /** The last of each of so many days. */
  daily: number;
  /** The last of each of so many weeks. */
  weekly: number;
  /** The last of each of so many months. */
  monthly: number;
}

/** How an app is backed up. */
export interface BackupPlan {
  /** Where to, as of the BackupStore. */
  target: BackupTarget;
  /** When, in cron's notation and UTC. Default: `17 3 * * *`. */
  schedule?: string;
  /** How many backups to keep. Default: 7 daily, 5 weekly, 12 monthly. */
  keep?: BackupKeep;
  /** UDP port on every board on which DogStatsD is told how a backup ended. Default: nobody is told. */
  statsdPort?: number;
}

/** What opens the repository of an app. */
export interface RepositorySecret {
  /** Decrypts it. */
  password: string;
  /** Environment variables that let restic reach it. */
  access: Record<string, string>;
}

/**
 * A place for data as the components know it.
 *
 * @param path of the property, for the error
 * @throws InputPropertyError if it is not exactly one place
 */
export function storageOf(storage: Storage, path: string) {
  const { board, directory, nfs } = storage;
  if (nfs && board === undefined && directory === undefined) return { nfs };
  if (!nfs && board !== undefined && directory !== undefined) return { board, directory };
  const reason = "must have either `board` and `directory`, or `nfs`.";
  throw new InputPropertyError({ propertyPath: path, reason });
}

/** As {@link storageOf}, of backups. */
export function targetOf(target: BackupTarget, path: string): Target {
  const { board, directory, namespace, nfs, s3 } = target;
  if (!s3) return { ...storageOf(target, path), namespace };
  if (board === undefined && directory === undefined && !nfs) return { s3 };
  const reason = "must have either `s3`, or `board` and `directory`, or `nfs`.";
  throw new InputPropertyError({ propertyPath: path, reason });
}

/** How an app is backed up, as the components know it. */
export function planOf(plan: BackupPlan | undefined): Plan | undefined {
  if (!plan) return undefined;
  const { target, schedule = defaultBackups.schedule, keep = defaultBackups.keep, statsdPort } = plan;
  return { target: targetOf(target, "backup.target"), schedule, keep, statsdPort };
}

/**
 * What opens one app's repository, out of a store's secrets, which are known only once the store is there.
 *
 * @throws InputPropertyError if nothing opens it, once that is known
 */
export function secretsFor(
  app: string,
  secrets: Input<Record<string, RepositorySecret>> | undefined,
): RepositorySecrets | undefined {
  if (secrets === undefined) return undefined;
  const own: Output<RepositorySecret> = output(secrets).apply((all) => {
    const found = all[app];
    if (found) return found;
    const reason = `has no access to the repository of "${app}". Add "${app}" to the \`apps\` of the BackupStore.`;
    throw new InputPropertyError({ propertyPath: "backupSecrets", reason });
  });
  return { [app]: { password: own.password, access: own.access } };
}
