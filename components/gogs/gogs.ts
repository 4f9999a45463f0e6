import { readFileSync } from "node:fs";
import { core } from "@pulumi/kubernetes";
import {
  ComponentResource,
  type ComponentResourceOptions,
  type CustomResourceOptions,
  type Input,
  type Output,
  output,
  type Resource,
  secret,
  unsecret,
} from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { configHash } from "../configHash.ts";
import { Route } from "../ingress/route.ts";
import type { RouteTls } from "../ingress/routeIngresses.ts";
import { registerNamespace } from "../namespace.ts";
import { AppBackup } from "../storage/appBackup.ts";
import type { RepositorySecrets } from "../storage/backup.ts";
import { DataVolume } from "../storage/volumes.ts";
import { labelsOf, registerWorkload } from "../workload.ts";
import { type GogsAppIniArgs, gogsAppIni, gogsGitConfig } from "./appIni.ts";
import { gogsNamespace } from "./gogsBackup.ts";
import { gogsGuards } from "./gogsRoute.ts";
import {
  gogsBackup,
  gogsDirectory,
  gogsObjects,
  gogsWorkload,
  type GogsWorkloadArgs,
} from "./gogsWorkload.ts";

/** What Gogs needs to know. */
export interface GogsArgs extends GogsWorkloadArgs, GogsAppIniArgs {
  /** Size of its volume as a Kubernetes quantity, such as `8Gi`; see DataVolume. */
  size: string;
  /** Where the host's certificate comes from; as Traefik's `certificates`. */
  tls: RouteTls;
  /** Password that the administrator is given when it is made. Generated if omitted. */
  adminPassword?: Input<string>;
  /** What opens the repositories, by app: a BackupStore's. Required with `backup`. */
  backupSecrets?: RepositorySecrets | undefined;
}

/**
 * The Git service, on SQLite. Nobody can register: the administrator `gogs-admin` makes the accounts. Public
 * repositories are for everyone to see. Git goes over HTTPS, and over SSH on a port of the entrance.
 *
 * Its data outlives the stack, and its directory must exist on the board:
 * `sudo install -d -m 0750 /var/lib/bramble/gogs`. With the data is the key for cookies and two-factor
 * authentication. A new stack on old data leaves the administrator's password as it was, so that
 * `adminPassword` is then not the right one unless it is given.
 */
export class Gogs extends ComponentResource {
  /** Its address for browsers and git. */
  readonly url: Output<string>;
  /** Password that the administrator `gogs-admin` is given when it is made. A secret. */
  readonly adminPassword: Output<string>;

  constructor(name: string, args: GogsArgs, opts?: ComponentResourceOptions) {
    super("bramble:gogs:Gogs", name, args, opts);
    const { host, size, tls } = args;
    const parent = { parent: this };
    const created = registerNamespace(`${name}-namespace`, gogsNamespace, "restricted", parent);
    const namespace = created.metadata.name;

    const letters = { special: false };
    const key = new random.RandomPassword(`${name}-secret-key`, { ...letters, length: 48 }, parent);
    const made = () =>
      new random.RandomPassword(`${name}-admin-password`, { ...letters, length: 24 }, parent).result;
    this.adminPassword = secret(args.adminPassword ?? made());
    this.url = output(`https://${host}/`);

    const data = new DataVolume(`${name}-data`, { namespace, ...gogsDirectory(args), size }, parent);
    const appIni = gogsAppIni(args);
    const secrets = { secretKey: key.result, password: this.adminPassword };
    const files = registerFiles(name, namespace, appIni, secrets, parent);
    const backups = this.#registerBackup(name, namespace, args, data);
    const workload = gogsWorkload(args);
    const server = registerWorkload(
      `${name}-statefulset`,
      workload,
      { ...parent, dependsOn: [data, ...files, ...backups] },
      { "bramble/config-hash": hashOf(appIni, this.adminPassword) },
    );
    new core.v1.Service(
      `${name}-service`,
      {
        metadata: { name: workload.name, namespace },
        spec: {
          selector: labelsOf(workload.name),
          ports: [
            { name: "http", port: 80, targetPort: "http" },
            { name: "ssh", port: 22, targetPort: "ssh" },
          ],
        },
      },
      { ...parent, dependsOn: server },
    );
    // Not after the pods: Traefik waits at its start for leave to read the namespace, which the route gives.
    const route = { ...gogsGuards, namespace, host, service: workload.name, port: 80, tls };
    new Route(`${name}-route`, route, parent);

    this.registerOutputs({ url: this.url, adminPassword: this.adminPassword });
  }

  #registerBackup(name: string, namespace: Input<string>, args: GogsArgs, data: Resource): Resource[] {
    const backedUp = gogsBackup(args);
    if (!backedUp) return [];
    const { backupSecrets: secrets } = args;
    const opts = { parent: this, dependsOn: data };
    return [new AppBackup(`${name}-backup`, { ...backedUp, secrets, namespace }, opts)];
  }
}

const scripts = {
  ...Object.fromEntries(
    ["admin.sh", "gogs.sh", "upgrade.sh"].map((file) => [
      file,
      readFileSync(new URL(file, import.meta.url), "utf8"),
    ]),
  ),
  gitconfig: gogsGitConfig(),
};

function registerFiles(
  name: string,
  namespace: Input<string>,
  appIni: string,
  secrets: { secretKey: Input<string>; password: Input<string> },
  opts: CustomResourceOptions,
): Resource[] {
  const configMap = (suffix: string, object: string, data: Record<string, string>) =>
    new core.v1.ConfigMap(`${name}-${suffix}`, { metadata: { name: object, namespace }, data }, opts);
  const secretOf = (suffix: string, object: string, stringData: Record<string, Input<string>>) =>
    new core.v1.Secret(`${name}-${suffix}`, { metadata: { name: object, namespace }, stringData }, opts);
  return [
    configMap("configuration", gogsObjects.configuration, { "app.ini": appIni }),
    configMap("scripts", gogsObjects.scripts, scripts),
    secretOf("admin", gogsObjects.admin, { password: secrets.password }),
    secretOf("first-secret-key", gogsObjects.secretKey, { "secret-key": secrets.secretKey }),
  ];
}

function hashOf(appIni: string, adminPassword: Output<string>): Output<string> {
  return unsecret(adminPassword.apply((password) => configHash(appIni, password, JSON.stringify(scripts))));
}
