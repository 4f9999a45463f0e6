import {
  ComponentResource,
  type ComponentResourceOptions,
  type Input,
  InputPropertyError,
  type Output,
  secret,
} from "@pulumi/pulumi";
import { appDirectory } from "../components/app/index.ts";
import * as userApps from "../components/userApps/index.ts";
import {
  type HostArgs,
  type Isolation,
  planOf,
  type RepositorySecret,
  secretsFor,
  type Storage,
  storageOf,
  tlsOf,
} from "./shapes.ts";
import type { Access, AppBackup, BoardPort, Memory, Priority, Probe, Security } from "./userAppShapes.ts";
import type { Architecture } from "./boardPlan.ts";
import type { LimitName } from "./entrance.ts";

/** What one of the user's own apps needs to know. */
export interface UserAppArgs extends HostArgs {
  /** Its name, and that of its namespace and its backups. */
  name: string;
  /** Its image, with an exact tag or a digest. */
  image: string;
  /** How much memory it takes. */
  memory: Memory;
  /** CPU that is set aside for it, such as `50m`; it may use more. Default: `50m`. */
  cpu?: string;
  /** What it may write outside its volumes, with its log, as a Kubernetes quantity. Default: `1Gi`. */
  disk?: string;
  /** The TCP port on which it speaks HTTP. */
  port?: number;
  /** Full name of its host, such as `wiki.home.example.com`. Default: none. */
  host?: string;
  /** Who reaches its host. Default: `lan` with a `port`. */
  access?: Access;
  /** The rate limit of its host. Default: `passwords` with `access: login`, else `requests`. */
  limits?: LimitName;
  /** Paths where people log in, each with what is below. Required with `access: public`; [] if there are none. */
  loginPaths?: string[];
  /** Environment variables. */
  environment?: Record<string, string>;
  /** Environment variables that are secret. */
  secretEnvironment?: Record<string, Input<string>>;
  /** Environment variables with a password of 32 letters and digits, generated once. */
  generatedEnvironment?: string[];
  /** What it runs, with its arguments. Default: what the image says. */
  command?: string[];
  /** User as whom it runs, and who owns its data. 0 is root. Default: 1000. */
  user?: number;
  /** Its group. Default: the number of `user`. */
  group?: number;
  /** Its data: a folder for each volume, by name, with the path at which the container has it. */
  volumes?: Record<string, string>;
  /** Where its volumes are. Required with `volumes`. The directory named as the app is for it alone. */
  storage?: Storage;
  /** Size of its data as a Kubernetes quantity. Default: `8Gi`. */
  size?: string;
  /** Files in the container, by path, with their content. Nothing secret. */
  files?: Record<string, string>;
  /** Files in the container that are secret. */
  secretFiles?: Record<string, Input<string>>;
  /** Paths that it may write to besides /tmp, empty at each start. */
  scratch?: string[];
  /** How the kubelet sees that the app works. Default: its port accepts. */
  probe?: Probe;
  /** When it runs, in cron notation and UTC, if it runs from time to time and ends. */
  schedule?: string;
  /** The board it runs on. Default: that of its data, else any. */
  board?: string;
  /** Ports of its board that lead to it, in the LAN, without the entrance. */
  boardPorts?: BoardPort[];
  /** Devices of its board, such as `/dev/ttyUSB0`: it must be privileged. */
  devices?: string[];
  /** The architecture of boards it can run on. Default: any. */
  architecture?: Architecture;
  /** What gives way on a full board: `observing` before `app`. Default: `app`. */
  priority?: Priority;
  /** What is loosened. Default: nothing. */
  security?: Security;
  /** With `isolation`: what it may connect to, `internet`, `lan` and apps by name. Default: `internet`. */
  reaches?: string[];
  /** Names of the apps that may connect to it. Default: none. */
  reachedBy?: string[];
  /** How its pod is isolated if it is `public` or has a `login`; it is not if omitted. */
  isolation?: Isolation;
  /** How its data is backed up; not at all if omitted. */
  backup?: AppBackup;
  /** What opens the repositories: a BackupStore's `secrets`. Required with `backup`. */
  backupSecrets?: Input<Record<string, RepositorySecret>>;
}

/** An app: an image in a namespace of its own, with files, data, backups, service and host. Its data outlives it. */
export class UserApp extends ComponentResource {
  /** Its address for browsers, if it has a host. */
  readonly url: Output<string> | undefined;
  /** The passwords that were generated, by variable. A secret. */
  readonly generated: Output<Record<string, string>>;

  constructor(name: string, args: UserAppArgs, opts?: ComponentResourceOptions) {
    const own = ownArgs(args);
    super("bramble:index:UserApp", name, args, opts);
    const app = new userApps.UserApp(name, own, { parent: this });
    this.url = app.url;
    this.generated = app.generated;
    this.registerOutputs({ url: this.url, generated: this.generated });
  }
}

/**
 * An app as its component knows it.
 *
 * @throws InputPropertiesError, InputPropertyError for what is wrong
 */
function ownArgs(args: UserAppArgs): userApps.UserAppArgs {
  const {
    name,
    host,
    tls,
    wildcard,
    entrance,
    isolation,
    reachedBy,
    storage,
    backup,
    backupSecrets,
    ...rest
  } = args;
  const { secretEnvironment = {}, secretFiles = {}, size, ...described } = rest;
  const { quiesce, database, exclude, restore } = backup ?? {};
  const app = userApps.describeApp({
    ...described,
    // Their names are checked; their values are not known yet.
    secretEnvironment: placeholders(secretEnvironment),
    secretFiles: placeholders(secretFiles),
    storage: { size },
    backup: { enabled: backup !== undefined, quiesce, database, exclude, restore },
  });
  const hasData = Object.keys(app.volumes).length > 0;
  if (hasData && !storage) {
    throw new InputPropertyError({ propertyPath: "storage", reason: "is missing: the app has volumes." });
  }
  return {
    ...{ name, host, entrance, isolation, reachedBy },
    app: { ...app, secretEnvironment: outputs(secretEnvironment), secretFiles: outputs(secretFiles) },
    tls: tlsOf({ tls, wildcard }),
    data: hasData && storage ? appDirectory(`${name}-data`, name, storageOf(storage, "storage")) : undefined,
    backup: planOf(backup),
    backupSecrets: secretsFor(name, backupSecrets),
  };
}

function placeholders(secrets: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.keys(secrets).map((key) => [key, "placeholder"]));
}

function outputs(secrets: Readonly<Record<string, Input<string>>>): Record<string, Output<string>> {
  return Object.fromEntries(Object.entries(secrets).map(([key, value]) => [key, secret(value)]));
}
