// Where backups are kept, and volumes for what others deploy.
import {
  all,
  ComponentResource,
  type ComponentResourceOptions,
  type Input,
  type Output,
  output,
  secret,
} from "@pulumi/pulumi";
import * as storage from "../components/storage/index.ts";
import * as volumes from "../components/volumes/index.ts";
import { type BackupTarget, type Isolation, type RepositorySecret, targetOf } from "./shapes.ts";

/** Whose pods may connect to the server of backups. */
export interface BackupClients {
  /** How the server's pod is isolated. */
  isolation: Isolation;
  /** Namespaces of the apps that are backed up. */
  namespaces: string[];
}

/** What the store of backups needs to know. */
export interface BackupStoreArgs {
  /** Where backups go. */
  target: BackupTarget;
  /** The apps that are backed up: on a board, each gets an account of its own. */
  apps: string[];
  /** Encrypts every backup. By default one is generated, once. */
  password?: Input<string>;
  /** Whose pods may connect to the server. Default: all. */
  clients?: BackupClients;
  /** Whether Pulumi refuses to delete the password that was generated. Default: true. */
  protectPassword?: boolean;
  /** The bucket's access key. Required with `s3`. */
  accessKey?: Input<string>;
  /** The bucket's secret key. Required with `s3`. */
  secretKey?: Input<string>;
}

/** Where backups are kept, with what opens them: on a board, restic's server for the pods of other boards. */
export class BackupStore extends ComponentResource {
  /** Encrypts every backup. A secret: keep it elsewhere, too. */
  readonly password: Output<string>;
  /** What opens the repository of each app, by its name. A secret. */
  readonly secrets: Output<Record<string, RepositorySecret>>;

  constructor(name: string, args: BackupStoreArgs, opts?: ComponentResourceOptions) {
    const target = targetOf(args.target, "target");
    super("bramble:index:BackupStore", name, args, opts);
    const store = new storage.BackupStore(name, { ...args, target }, { parent: this });
    this.password = store.password;
    const opening = Object.entries(store.secrets).map(([app, { password, access }]) =>
      all([app, password, output(access)]).apply(
        ([key, opens, reaches]) => [key, { password: opens, access: reaches }] as const,
      ),
    );
    this.secrets = secret(all(opening).apply((entries) => Object.fromEntries(entries)));
    this.registerOutputs({ password: this.password, secrets: this.secrets });
  }
}

/** The only claim that gets a volume. */
export interface Claim {
  /** Its namespace. */
  namespace: string;
  /** Its name. */
  name: string;
}

/** A directory of a board for a claim that is made elsewhere. */
export interface OfferedVolume {
  /** What the volume is called: the beginning of its name. */
  claim: string;
  /** Name of the board (of its node) whose disk has the data. */
  board: string;
  /** Absolute path of the directory on that board, which must exist. */
  path: string;
  /** The largest claim that gets it, as a Kubernetes quantity: `8Gi`. */
  size: string;
  /** The only claim that gets it. Default: any that fits. */
  for?: Claim;
}

/** What OfferedVolumes needs to know. */
export interface OfferedVolumesArgs {
  /** The volumes, by the end of their Pulumi names. */
  volumes: Record<string, OfferedVolume>;
  /** Name of their storage class. Default: `bramble`; another one for each further set of a cluster. */
  storageClass?: string;
  /** Whether claims that name no class get one of them. Default: false. */
  isDefault?: boolean;
}

/** Directories of boards as volumes of a storage class, for charts. Their data outlives claim, volume and stack. */
export class OfferedVolumes extends ComponentResource {
  constructor(name: string, args: OfferedVolumesArgs, opts?: ComponentResourceOptions) {
    super("bramble:index:OfferedVolumes", name, args, opts);
    new volumes.OfferedVolumes(name, args, { parent: this });
    this.registerOutputs({});
  }
}
