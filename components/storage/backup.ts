import { core } from "@pulumi/kubernetes";
import {
  all,
  ComponentResource,
  type ComponentResourceOptions,
  type CustomResourceOptions,
  type Input,
  InputPropertyError,
  type Output,
  secret,
} from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { configHash } from "../configHash.ts";
import { registerNamespace } from "../namespace.ts";
import { labelsOf, registerWorkload } from "../workload.ts";
import {
  backupDirectory,
  type BackupServerArgs,
  backupServerWorkload,
  htpasswdSecret,
} from "./backupServerWorkload.ts";
import { backupServer, type BackupTarget } from "./backupTarget.ts";
import { DataVolume } from "./volumes.ts";

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
  /** Whether Pulumi refuses to delete the password that was made: without it the backups are worthless. */
  protectPassword: boolean;
  /** The bucket's access key. Required with `s3`. */
  accessKey?: Input<string>;
  /** The bucket's secret key. Required with `s3`. */
  secretKey?: Input<string>;
}

/** What opens an app's repository. */
export interface BackupSecrets {
  /** Decrypts it. */
  password: Input<string>;
  /** Environment variables that let restic reach it. */
  access: Input<Record<string, Input<string>>>;
}

/** What opens the repositories of apps, by their names. */
export type RepositorySecrets = Readonly<Record<string, BackupSecrets>>;

/** Where backups are kept, with what opens them: on a board, restic's server for the pods of other boards. */
export class BackupStore extends ComponentResource {
  /** Encrypts every backup. A secret. */
  readonly password: Output<string>;
  /** What opens the repository of each app, by its name. */
  readonly secrets: RepositorySecrets;

  constructor(name: string, args: BackupStoreArgs, opts?: ComponentResourceOptions) {
    requireBucketKeys(args);
    super("bramble:storage:BackupStore", name, args, opts);
    const { target, apps, accessKey = "", secretKey = "" } = args;
    const parent = { parent: this };
    const protect = { ...parent, protect: args.protectPassword };
    const made = () =>
      new random.RandomPassword(`${name}-password`, { length: 32, special: false }, protect).result;
    this.password = secret(args.password ?? made());

    const accounts = "board" in target ? registerServer(name, target, apps, parent) : {};
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
  parent: CustomResourceOptions,
): Record<string, Account> {
  const created = registerNamespace(`${name}-namespace`, backupServer.namespace, "restricted", parent);
  const namespace = created.metadata.name;
  const passwords = apps.map((app) => ({
    app,
    made: new random.RandomPassword(`${name}-account-${app}`, { length: 32, special: false }, parent),
  }));
  const lines = all(passwords.map(({ made }) => made.bcryptHash)).apply((hashes) =>
    apps.map((app, i) => `${app}:${hashes[i] ?? ""}\n`).join(""),
  );
  const accounts = new core.v1.Secret(
    `${name}-accounts`,
    { metadata: { name: htpasswdSecret, namespace }, stringData: { htpasswd: secret(lines) } },
    parent,
  );
  const size = "64Gi";
  const volume = new DataVolume(`${name}-data`, { namespace, ...backupDirectory(args), size }, parent);
  const workload = backupServerWorkload(args);
  const server = registerWorkload(
    `${name}-server`,
    workload,
    { ...parent, dependsOn: [accounts, volume] },
    { "bramble/config-hash": lines.apply((text) => configHash(text)) },
  );
  const { port } = backupServer;
  new core.v1.Service(
    `${name}-service`,
    {
      metadata: { name: workload.name, namespace },
      spec: { selector: labelsOf(workload.name), ports: [{ name: "http", port, targetPort: "http" }] },
    },
    { ...parent, dependsOn: server },
  );
  return Object.fromEntries(
    passwords.map(({ app, made }) => [app, { RESTIC_REST_USERNAME: app, RESTIC_REST_PASSWORD: made.result }]),
  );
}

function requireBucketKeys({ target, accessKey, secretKey }: BackupStoreArgs): void {
  const missing = [
    ...(accessKey === undefined ? ["accessKey"] : []),
    ...(secretKey === undefined ? ["secretKey"] : []),
  ];
  const [propertyPath] = missing;
  if (!("s3" in target) || propertyPath === undefined) return;
  throw new InputPropertyError({
    propertyPath,
    reason: "is missing: access to the bucket needs a key pair.",
  });
}
