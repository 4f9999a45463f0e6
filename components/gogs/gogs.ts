import {
  ComponentResource,
  type ComponentResourceOptions,
  type Input,
  type Output,
  output,
  secret,
} from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { registerApp } from "../app/registerApp.ts";
import type { RouteTls } from "../app/routeIngresses.ts";
import type { RepositorySecrets } from "../app/appBackup.ts";
import { type AppFlows, fromEntrance, type Isolation, toDns, toInternet } from "../app/isolation.ts";
import { filesBeside } from "../workload/podFiles.ts";
import { type GogsAppIniArgs, gogsAppIni, gogsGitConfig, gogsPort, gogsSshPort } from "./appIni.ts";
import { gogsGuards } from "./gogsRoute.ts";
import {
  defaultSize,
  gogsBackup,
  gogsDirectory,
  gogsObjects,
  gogsWorkload,
  type GogsWorkloadArgs,
} from "./gogsWorkload.ts";

/** What Gogs needs to know. */
export interface GogsArgs extends GogsWorkloadArgs, GogsAppIniArgs {
  /** Size of its volume as a Kubernetes quantity; see DataVolume. Default: `8Gi`. */
  size?: string;
  /** Where the host's certificate comes from; as Traefik's `certificates`. Default: `acme`. */
  tls?: RouteTls;
  /** Namespace of the entrance that serves it. Default: `ingress`. */
  entrance?: string | undefined;
  /** How its pod is isolated; it is not if omitted. */
  isolation?: Isolation | undefined;
  /** Password that the administrator is given when it is made. Generated if omitted. */
  adminPassword?: Input<string>;
  /** What opens the repositories, by app: a BackupStore's. Required with `backup`. */
  backupSecrets?: RepositorySecrets | undefined;
}

/**
 * The Git service, on SQLite. Nobody can register: the administrator `gogs-admin` makes the accounts. Public
 * repositories are for everyone to see. Git goes over HTTPS, and over SSH on a port of the entrance.
 *
 * Its data outlives the stack. With it is the key for cookies and two-factor authentication. A new stack on old data leaves the administrator's password as it was, so that
 * `adminPassword` is then not the right one unless it is given.
 */
export class Gogs extends ComponentResource {
  /** Its address for browsers and git. */
  readonly url: Output<string>;
  /** Password that the administrator `gogs-admin` is given when it is made. A secret. */
  readonly adminPassword: Output<string>;

  constructor(name: string, args: GogsArgs, opts?: ComponentResourceOptions) {
    super("bramble:gogs:Gogs", name, args, opts);
    const { host, size = defaultSize, tls, entrance, backupSecrets, isolation } = args;
    const generated = (suffix: string, length: number) =>
      new random.RandomPassword(`${name}-${suffix}`, { length, special: false }, { parent: this }).result;
    const secretKey = generated("secret-key", 48);
    this.adminPassword = secret(args.adminPassword ?? generated("admin-password", 24));
    this.url = output(`https://${host}/`);

    const { configuration, scripts, admin, secretKey: firstKey } = gogsObjects;
    const app = {
      workload: gogsWorkload(args),
      configMaps: {
        configuration: { name: configuration, data: { "app.ini": gogsAppIni(args) } },
        scripts: { name: scripts, data: files },
      },
      secrets: {
        admin: { name: admin, data: { password: this.adminPassword } },
        "first-secret-key": { name: firstKey, data: { "secret-key": secretKey } },
      },
      volumes: { data: { ...gogsDirectory(args), size } },
      backup: gogsBackup(args),
      backupSecrets,
      ports: [
        { name: "http", port: 80 },
        { name: "ssh", port: 22 },
      ],
      route: { ...gogsGuards, host, tls, entrance },
      flows: isolation && gogsFlows(isolation, entrance),
    };
    registerApp(name, app, this);
    this.registerOutputs({ url: this.url, adminPassword: this.adminPassword });
  }
}

/** The internet is for mirrors, webhooks and mail. */
function gogsFlows(isolation: Isolation, entrance: string | undefined): AppFlows {
  const from = [fromEntrance(entrance, gogsPort, gogsSshPort)];
  return { isolation, from, to: [toDns, toInternet(isolation)] };
}

const files = {
  ...filesBeside(import.meta.url, "admin.sh", "gogs.sh", "upgrade.sh"),
  gitconfig: gogsGitConfig(),
};
