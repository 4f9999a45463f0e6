import {
  all,
  ComponentResource,
  type ComponentResourceOptions,
  type Input,
  InputPropertyError,
  type Output,
  type Resource,
  secret,
} from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { RepositorySecrets } from "../app/appBackup.ts";
import { type Isolation, podsIn } from "../app/isolation.ts";
import { registerApp } from "../app/registerApp.ts";
import {
  backupDirectory,
  type BackupServerArgs,
  backupServerWorkload,
  htpasswdSecret,
  serverScripts,
} from "./backupServerWorkload.ts";
import { backupServer, type BackupTarget } from "../app/backupTarget.ts";

/** What the store of backups needs to know. */
export interface BackupStoreArgs {
  target: BackupTarget;
  /** The apps that are backed up: on another board, each gets an account of its own. */
  apps: readonly string[];
  /**
   * Encrypts every backup. By default one is made, once. Give the one that you kept where the stack's state is
   * lost and its backups are not.
   */
  password?: Input<string>;
  /** Namespaces whose pods may connect to the server. Default: all. */
  clients?: { readonly isolation: Isolation; readonly namespaces: readonly string[] } | undefined;
  /** Whether Pulumi refuses to delete the password that was made: without it the backups are worthless. Default: true. */
  protectPassword?: boolean;
  /** The bucket's access key. Required with `s3`. */
  accessKey?: Input<string>;
  /** The bucket's secret key. Required with `s3`. */
  secretKey?: Input<string>;
}

/** Where backups are kept, with what opens them: on a board, restic's server for the pods of other boards. */
export class BackupStore extends ComponentResource {
  /** Encrypts every backup. A secret. */
  readonly password: Output<string>;
  /** What opens the repository of each app, by its name. */
  readonly secrets: RepositorySecrets;

  constructor(name: string, args: BackupStoreArgs, opts?: ComponentResourceOptions) {
    requireBucketKeys(args);
    super("bramble:storage:BackupStore", name, args, opts);
    const { target, apps, accessKey = "", secretKey = "", clients } = args;
    const protect = { parent: this, protect: args.protectPassword ?? true };
    const made = () =>
      new random.RandomPassword(`${name}-password`, { length: 32, special: false }, protect).result;
    this.password = secret(args.password ?? made());

    const accounts = "board" in target ? registerServer(name, target, apps, clients, this) : {};
    const keys = { AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secretKey };
    const bucket = "s3" in target ? keys : {};
    this.secrets = Object.fromEntries(
      apps.map((app) => [app, { password: this.password, access: secret({ ...bucket, ...accounts[app] }) }]),
    );
    this.registerOutputs({ password: this.password });
  }
}

type Account = Record<"RESTIC_REST_USERNAME" | "RESTIC_REST_PASSWORD", Input<string>>;

function registerServer(
  name: string,
  args: BackupServerArgs,
  apps: readonly string[],
  clients: BackupStoreArgs["clients"],
  parent: Resource,
): Record<string, Account> {
  const passwords = apps.map((app) => ({
    app,
    made: new random.RandomPassword(`${name}-account-${app}`, { length: 32, special: false }, { parent }),
  }));
  const lines = all(passwords.map(({ made }) => made.bcryptHash)).apply((hashes) =>
    apps.map((app, i) => `${app}:${hashes[i] ?? ""}\n`).join(""),
  );
  const server = {
    workload: backupServerWorkload(args),
    configMaps: { scripts: serverScripts },
    secrets: { accounts: { name: htpasswdSecret, data: { htpasswd: secret(lines) } } },
    volumes: { data: { ...backupDirectory(args), size: "64Gi" } },
    ports: [{ name: "http", port: backupServer.port }],
    flows: clients && {
      isolation: clients.isolation,
      from: [
        {
          peers: clients.namespaces.map(podsIn),
          ports: [{ port: backupServer.port, protocol: "TCP" as const }],
        },
      ],
      to: [],
    },
  };
  registerApp(name, server, parent);
  return Object.fromEntries(
    passwords.map(({ app, made }) => [app, { RESTIC_REST_USERNAME: app, RESTIC_REST_PASSWORD: made.result }]),
  );
}

function requireBucketKeys({ target, accessKey, secretKey }: BackupStoreArgs): void {
  const missing = Object.entries({ accessKey, secretKey }).find(([, key]) => key === undefined);
  if (!("s3" in target) || !missing) return;
  const reason = "is missing: access to the bucket needs a key pair.";
  throw new InputPropertyError({ propertyPath: missing[0], reason });
}
