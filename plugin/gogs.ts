import { ComponentResource, type ComponentResourceOptions, type Input, type Output } from "@pulumi/pulumi";
import * as gogs from "../components/gogs/index.ts";
import {
  type BackupPlan,
  type HostArgs,
  type Isolation,
  planOf,
  type RepositorySecret,
  secretsFor,
  type Storage,
  storageOf,
  tlsOf,
} from "./shapes.ts";

/** What Gogs needs to know. */
export interface GogsArgs extends HostArgs {
  /** Full host name under which browsers and git reach it, such as `gogs.home.example.com`. */
  host: string;
  /** Its namespace, and the name of its backups. Default: `gogs`; another one for each further Gogs of a cluster. */
  namespace?: string;
  /** Where its data is. The directory named as the namespace is for Gogs alone. */
  storage: Storage;
  /** Size of its volume as a Kubernetes quantity. Default: `8Gi`. */
  size?: string;
  /** The entrance's port for git over SSH, which is in clone urls. Default: 2222. */
  sshPort?: number;
  /** Password that the administrator is given when it is made. Generated if omitted. */
  adminPassword?: Input<string>;
  /** What an empty volume is filled with: the `newest` backup, `none`, or the id of a snapshot. Default: `newest`. */
  restore?: string;
  /** How its pod is isolated; it is not if omitted. */
  isolation?: Isolation;
  /** How it is backed up; not at all if omitted. */
  backup?: BackupPlan;
  /** What opens the repositories: a BackupStore's `secrets`. Required with `backup`. */
  backupSecrets?: Input<Record<string, RepositorySecret>>;
}

/** The Git service, on SQLite. Its data outlives it. */
export class Gogs extends ComponentResource {
  /** Its address for browsers and git. */
  readonly url: Output<string>;
  /** Password that the administrator `gogs-admin` is given when it is made. A secret. */
  readonly adminPassword: Output<string>;

  constructor(name: string, args: GogsArgs, opts?: ComponentResourceOptions) {
    const { namespace = "gogs", backupSecrets } = args;
    const shaped = {
      tls: tlsOf(args),
      storage: storageOf(args.storage, "storage"),
      backup: planOf(args.backup),
    };
    super("bramble:index:Gogs", name, args, opts);
    const service = new gogs.Gogs(
      name,
      { ...args, ...shaped, backupSecrets: secretsFor(namespace, backupSecrets) },
      { parent: this },
    );
    this.url = service.url;
    this.adminPassword = service.adminPassword;
    this.registerOutputs({ url: this.url, adminPassword: this.adminPassword });
  }
}
