import { readFileSync } from "node:fs";
import { core } from "@pulumi/kubernetes";
import {
  all,
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
import { BoardVolume } from "../storage/volumes.ts";
import { labelsOf, registerWorkload } from "../workload.ts";
import { gogsAppIni, gogsGitConfig } from "./appIni.ts";
import { gogsGuards } from "./gogsRoute.ts";
import {
  gogsDirectory,
  gogsNamespace,
  gogsObjects,
  gogsWorkload,
  type GogsWorkloadArgs,
} from "./gogsWorkload.ts";

/** What Gogs needs to know. */
export interface GogsArgs extends GogsWorkloadArgs {
  /** Size of its volume as a Kubernetes quantity, such as `8Gi`; see BoardVolume. */
  size: string;
  /** Where the host's certificate comes from; as Traefik's `certificates`. */
  tls: RouteTls;
}

/**
 * The Git service, on SQLite. Nobody can register: the administrator `gogs-admin` makes the accounts. Public
 * repositories are for everyone to see. Git goes over HTTPS; SSH is off.
 *
 * Its data outlives the stack, and its directory must exist on the board:
 * `sudo install -d -m 0750 /var/lib/bramble/gogs`. A new stack on old data leaves the administrator's password as
 * it was, so that `adminPassword` is then not the right one; and it has a new key for cookies and two-factor
 * authentication, so that everybody signs in again, with a recovery code instead of the second factor.
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

    // Letters and digits pass app.ini and its expansion unchanged.
    const letters = { special: false };
    const key = new random.RandomPassword(`${name}-secret-key`, { ...letters, length: 48 }, parent);
    const password = new random.RandomPassword(`${name}-admin-password`, { ...letters, length: 24 }, parent);
    this.adminPassword = secret(password.result);
    this.url = output(`https://${host}/`);

    const data = new BoardVolume(`${name}-data`, { namespace, ...gogsDirectory(args), size }, parent);
    const appIni = secret(key.result).apply((secretKey) => gogsAppIni({ host, secretKey }));
    const files = registerFiles(name, namespace, { appIni, password: this.adminPassword }, parent);
    const workload = gogsWorkload(args);
    const server = registerWorkload(
      `${name}-statefulset`,
      workload,
      { ...parent, dependsOn: [data, ...files] },
      { "bramble/config-hash": hashOf(appIni, this.adminPassword) },
    );
    new core.v1.Service(
      `${name}-service`,
      {
        metadata: { name: workload.name, namespace },
        spec: { selector: labelsOf(workload.name), ports: [{ name: "http", port: 80, targetPort: "http" }] },
      },
      { ...parent, dependsOn: server },
    );
    // Not after the pods: Traefik waits at its start for leave to read the namespace, which the route gives.
    const route = { ...gogsGuards, namespace, host, service: workload.name, port: 80, tls };
    new Route(`${name}-route`, route, parent);

    this.registerOutputs({ url: this.url, adminPassword: this.adminPassword });
  }
}

const scripts = {
  "admin.sh": readFileSync(new URL("admin.sh", import.meta.url), "utf8"),
  gitconfig: gogsGitConfig(),
};

function registerFiles(
  name: string,
  namespace: Input<string>,
  secrets: { appIni: Input<string>; password: Input<string> },
  opts: CustomResourceOptions,
): Resource[] {
  return [
    new core.v1.Secret(
      `${name}-configuration`,
      { metadata: { name: gogsObjects.configuration, namespace }, stringData: { "app.ini": secrets.appIni } },
      opts,
    ),
    new core.v1.Secret(
      `${name}-admin`,
      { metadata: { name: gogsObjects.admin, namespace }, stringData: { password: secrets.password } },
      opts,
    ),
    new core.v1.ConfigMap(
      `${name}-scripts`,
      { metadata: { name: gogsObjects.scripts, namespace }, data: scripts },
      opts,
    ),
  ];
}

function hashOf(appIni: Output<string>, adminPassword: Output<string>): Output<string> {
  const hash = all([appIni, adminPassword]).apply(([ini, password]) =>
    configHash(ini, password, JSON.stringify(scripts)),
  );
  return unsecret(hash);
}
