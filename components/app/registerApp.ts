import { core, networking } from "@pulumi/kubernetes";
import {
  all,
  type CustomResourceOptions,
  type Input,
  output,
  type Output,
  type Resource,
  unsecret,
} from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { configHash } from "../workload/podFiles.ts";
import { Route, type RouteArgs } from "./route.ts";
import { type PodSecurity, registerNamespace } from "../workload/namespace.ts";
import { AppBackup, type RepositorySecrets } from "./appBackup.ts";
import type { BackedUp } from "./backupWorkload.ts";
import type { AppFlows } from "./isolation.ts";
import { networkPolicies } from "./networkPolicies.ts";
import { DataVolume, type SizedDirectory } from "./volumes.ts";
import {
  labelsOf,
  registerSchedule,
  registerWorkload,
  type ScheduledWorkload,
  type Workload,
} from "../workload/workload.ts";

/** A ConfigMap or a Secret that an app's pod reads when it starts. */
export interface AppFiles {
  /** Name of the object. */
  readonly name: string;
  /** Contents by file name. */
  readonly data: Readonly<Record<string, Input<string>>>;
}

/** What an app is made of. Keys of records end the Pulumi names: `gogs-configuration`. */
export interface AppObjects {
  /** What runs; its namespace is the app's own, and made with it. */
  readonly workload: ScheduledWorkload | Workload;
  /** Annotations of its pods, besides a hash of its files. Default: none. */
  readonly podAnnotations?: Readonly<Record<string, string>>;
  /** The pod security standard of that namespace. Default: `restricted`. */
  readonly podSecurity?: PodSecurity;
  /** Files with nothing secret in them. */
  readonly configMaps?: Readonly<Record<string, AppFiles>>;
  /** Files that are secret. */
  readonly secrets?: Readonly<Record<string, AppFiles>>;
  /** The volume with its data, by the end of its Pulumi name: `{ data: … }`. */
  readonly volumes?: Readonly<Record<string, SizedDirectory>>;
  /** How it is backed up; not at all if omitted. */
  readonly backup?: BackedUp | undefined;
  /** What opens the repositories, by app: a BackupStore's. Required with `backup`. */
  readonly backupSecrets?: RepositorySecrets | undefined;
  /** Ports of its Service, each named as a port of its container. None if omitted. */
  readonly ports?: readonly { readonly name: string; readonly port: number }[];
  /** Its host on the entrance, at the first of `ports`. None if omitted. */
  readonly route?: Omit<RouteArgs, "namespace" | "port" | "service"> | undefined;
  /** What its pods may do in the network; its namespace is not isolated if omitted. */
  readonly flows?: AppFlows | undefined;
  /** Registers what else must be there before its pods start, such as what they may ask the API server. */
  readonly before?: (namespace: core.v1.Namespace, opts: CustomResourceOptions) => Resource[];
}

/**
 * Registers all that an app has in the cluster: namespace, files, volumes, backups, pods, service, route. The pods
 * carry a hash of all their files: another content gives other pods. It tells nothing of what is secret.
 *
 * @param name beginning of the Pulumi names
 * @param parent the app's component
 * @returns the namespace's name, once it exists
 */
export function registerApp(name: string, app: AppObjects, parent: Resource): Output<string> {
  const { workload, podSecurity = "restricted", configMaps = {}, secrets = {}, volumes = {} } = app;
  const { backup, backupSecrets, ports = [], route, flows } = app;
  const opts = { parent };
  const created = registerNamespace(`${name}-namespace`, workload.namespace, podSecurity, opts);
  const namespace = created.metadata.name;

  const files = [
    ...Object.entries(configMaps).map(
      ([suffix, { name: object, data }]) =>
        new core.v1.ConfigMap(`${name}-${suffix}`, { metadata: { name: object, namespace }, data }, opts),
    ),
    ...Object.entries(secrets).map(
      ([suffix, { name: object, data: stringData }]) =>
        new core.v1.Secret(`${name}-${suffix}`, { metadata: { name: object, namespace }, stringData }, opts),
    ),
  ];
  const data = Object.entries(volumes).map(
    ([suffix, args]) => new DataVolume(`${name}-${suffix}`, { ...args, namespace }, opts),
  );
  const saved =
    backup &&
    new AppBackup(
      `${name}-backup`,
      { ...backup, secrets: backupSecrets, namespace },
      { ...opts, dependsOn: data },
    );
  const before = [
    ...(app.before?.(created, opts) ?? []),
    // No pod is there before them.
    ...Object.entries(flows ? networkPolicies(workload.name, flows, backup) : {}).map(
      ([policy, spec]) =>
        new networking.v1.NetworkPolicy(
          `${name}-policy-${policy}`,
          { metadata: { name: policy, namespace }, spec },
          opts,
        ),
    ),
  ];
  const resourceName = `${name}-${workload.kind.toLowerCase()}`;
  const after = { ...opts, dependsOn: [...before, ...files, ...data, ...(saved ? [saved] : [])] };
  const salt = saltOf(name, secrets, opts);
  const podAnnotations = {
    ...app.podAnnotations,
    "bramble/config-hash": hashOf([...Object.values(configMaps), ...Object.values(secrets)], salt),
  };
  const pods =
    workload.kind === "CronJob"
      ? registerSchedule(resourceName, workload, after, podAnnotations)
      : registerWorkload(resourceName, workload, after, podAnnotations, scaledBy(backup));
  if (ports.length > 0) {
    new core.v1.Service(
      `${name}-service`,
      {
        metadata: { name: workload.name, namespace },
        spec: {
          selector: labelsOf(workload.name),
          ports: ports.map(({ name: port, ...rest }) => ({ ...rest, name: port, targetPort: port })),
        },
      },
      { ...opts, dependsOn: pods },
    );
  }
  // Not after the pods: Traefik waits at its start for leave to read the namespace, which the route gives.
  const [first] = ports;
  if (route && first) {
    new Route(`${name}-route`, { ...route, namespace, service: workload.name, port: first.port }, opts);
  }
  return namespace;
}

/** A backup that stops the app owns the number of its replicas meanwhile, and an update takes it back. */
function scaledBy(backup: BackedUp | undefined): Record<string, string> {
  return backup?.source.stopped === undefined ? {} : { "pulumi.com/patchForce": "true" };
}

/** Without it a password that somebody has chosen could be guessed by its hash. */
function saltOf(name: string, secrets: object, opts: CustomResourceOptions): Output<string> | undefined {
  if (Object.keys(secrets).length === 0) return undefined;
  return new random.RandomPassword(`${name}-hash-salt`, { length: 32, special: false }, opts).result;
}

/** A secret hash would make one of the whole controller, and no preview could show what changes in it. */
function hashOf(files: readonly AppFiles[], salt: Output<string> | undefined): Output<string> {
  const values = all([salt ?? "", all(files.map(({ data }) => output(data)))]);
  return unsecret(
    values.apply(([salted, contents]) => configHash(...(salt ? [salted] : []), JSON.stringify(contents))),
  );
}
