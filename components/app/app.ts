import type { ComponentResourceOptions, Input, Output, Resource } from "@pulumi/pulumi";
import type { z } from "zod";
import type { PlannedBoard } from "../board/board.ts";
import type { RouteTls } from "./routeIngresses.ts";
import type { RepositorySecrets } from "./appBackup.ts";
import type { BackupPlan } from "./backupTarget.ts";
import type { BackedUp } from "./backupWorkload.ts";
import type { Isolation } from "./isolation.ts";
import type { BoardDirectory, NfsDirectory } from "./volumes.ts";
import type { Load } from "../workload/workload.ts";

/**
 * One app of bramble's own, which has a section of the settings: all that the rest of bramble must know of it. The
 * settings, the memory budget, the backups, the DNS names, the checks for clashes and the docs read it here.
 */
export interface App<Schema extends z.ZodType = z.ZodType> {
  /** The section's schema, strict and with its defaults. */
  readonly schema: Schema;
  /** The page of docs/ about it, such as `gogs.md`. */
  readonly page: string;
  /** The least that its section must say, for the docs and the tests. */
  readonly example: z.input<Schema>;
  /** Sections that it cannot do without. */
  readonly needs: readonly string[];
  /** What else to do where its `board` is dead and another takes over: `, and restore the data there`. */
  readonly takeover?: string;
  /** Its hosts on the entrance; none if omitted. */
  publish?(own: z.output<Schema>): readonly Published[];
  /** Ports that it takes on boards, besides those of what it publishes. */
  ports?(own: z.output<Schema>, storage: StorageSettings): readonly BoardPort[];
  /** Boards that it names. Default: its setting `board`. */
  boards?(own: z.output<Schema>): readonly NamedBoard[];
  /** Sections that its errors depend on, besides its own, `boards` and `storage`. Default: none. */
  readonly reads?: readonly ("dns" | "ingress")[];
  /** Errors of its settings that its schema cannot see. */
  errors?(own: z.output<Schema>, others: OtherSettings): Iterable<AppError>;
  /** Directories of boards that hold its data. */
  directories?(own: z.output<Schema>, storage: DataStorage): readonly BoardPath[];
  /** What it is made of. */
  parts(own: z.output<Schema>, context: AppContext): readonly AppPart[];
}

/** Says what an app is. */
export function app<Schema extends z.ZodType>(descriptor: App<Schema>): App<Schema> {
  return descriptor;
}

/** A host of an app on the entrance. */
export interface Published {
  /** The setting in the app's section that it is from: `host`. */
  readonly setting: string;
  /** Whose it is, for an error. Default: the section. */
  readonly owner?: string;
  /** The host below the domain: `gogs`. */
  readonly host: string;
  /** Namespace of its routes. */
  readonly namespace: string;
  /** A TCP port of the entrance that is handed on as it comes. None if omitted. */
  readonly tcp?: {
    /** Setting that it is from: `sshPort`. */
    readonly setting: string;
    readonly port: number;
    /** Where connections go: `host:port` in the cluster. */
    readonly backend: string;
  };
}

/** A port of boards that something takes. */
export interface BoardPort {
  readonly port: number;
  readonly protocol: "TCP" | "UDP";
  /** The board; every board if omitted. */
  readonly board?: string | undefined;
  /** Who takes it, for an error: `the kubelet`. */
  readonly owner: string;
  /** The setting in the app's section that it is from; none if it is always the same. */
  readonly setting?: string;
}

/** A board that an app names. */
export interface NamedBoard {
  /** The setting in the app's section: `board`. */
  readonly setting: string;
  readonly board: string | undefined;
}

/** A directory of a board with data of an app. */
export interface BoardPath extends BoardDirectory {
  /**
   * Number of its user and group: those of the pods that write there (`runAsUser`, `fsGroup`). The directory is
   * made for them on a board that bramble sets up. Default: anybody may write there.
   */
  readonly owner?: number;
  /** Whether bramble backs nothing of it up, so that backups may lie on the same disk. */
  readonly isReplaceable?: boolean;
}

/** What is wrong with an app's settings. */
export interface AppError {
  /** The setting in the app's section, such as `devices[0].pin`; empty for all of it. */
  readonly setting: string;
  /** Name of what is wrong, for programs: `device-pin`. */
  readonly code: string;
  /** What is wrong, the value, the values allowed and the fix. */
  readonly message: string;
}

/** Section `storage`. */
export interface StorageSettings {
  readonly board?: string | undefined;
  readonly directory?: string | undefined;
  readonly nfs?: NfsDirectory | undefined;
}

/** Where apps' data lies. */
export interface DataStorage extends StorageSettings {
  /** Boards that have a disk for data. */
  readonly disks: readonly string[];
}

/** What an app's errors depend on besides its own section. */
export interface OtherSettings {
  /** The boards, as far as their settings are right. */
  readonly boards: readonly {
    readonly name?: string;
    readonly host?: string;
    readonly arch?: "amd64" | "arm64";
  }[];
  readonly storage?: StorageSettings | undefined;
  /** The entrance, for an app that `reads` it. */
  readonly ingress?: EntranceSettings | undefined;
}

/** What of section `ingress` decides who reaches a host. */
export interface EntranceSettings {
  /** Given if there is a login for pages that have none of their own. */
  readonly login?: object | undefined;
  /** Address ranges of the LAN. */
  readonly lan: readonly string[];
  readonly trustedProxies: readonly string[];
}

/** What apps need to know besides their own section. */
export interface AppContext {
  /** Name of the stack, by which Datadog tells clusters apart. */
  readonly stack: string;
  /** The domain below which hosts are. */
  readonly domain: string;
  readonly boards: readonly PlannedBoard[];
  /** Names of the control planes that are not dead. */
  readonly controlPlanes: readonly string[];
  readonly storage: DataStorage;
  /** Where hosts' certificates come from. */
  readonly tls: RouteTls;
  /** Whether the entrance has a login for pages that have none of their own. */
  readonly hasLogin: boolean;
  /** The board of the entrance. */
  readonly entrance?: string | undefined;
  /** Names at Cloudflare: whether it stands in front of the hosts, and the token. */
  readonly dns?: { readonly proxied: boolean; readonly apiToken: Input<string> } | undefined;
  /** How data is backed up; not at all if omitted. */
  readonly plan?: BackupPlan | undefined;
  /** All hosts on the entrance, with full names. */
  readonly published: readonly Published[];
  /** Relative humidity in % that is good for walls and people; undefined without sensors. */
  readonly humidity?: { readonly min: number; readonly max: number } | undefined;
  /** How pods of apps that face the internet are isolated; they are not if omitted. */
  readonly isolation?: Isolation | undefined;
  /** Whether what is deployed is meant to go again: nothing is protected then. */
  readonly isRehearsal: boolean;
}

/** When a part is registered: after those before, and what they need. */
export type Stage =
  /** What all others stand on: priorities, the pod network. */
  | "foundation"
  /** The store of backups, which opens the repositories for the apps. */
  | "backupStore"
  | "app"
  /** What is not in the cluster: it waits for nothing there. */
  | "external";

/** One component of an app: the pods that the budget counts, and how it is registered. */
export interface AppPart {
  /** Its Pulumi name. */
  readonly name: string;
  readonly stage: Stage;
  /** What it puts on boards besides its backups. Default: nothing. */
  readonly loads?: readonly Load[];
  /** What of it is backed up, and how. Default: nothing, which a part with a volume may not have. */
  readonly backup?: BackedUp | undefined;
  register(name: string, registration: Registration): Registered;
}

/** What a part is given when it is registered. */
export interface Registration {
  readonly opts: ComponentResourceOptions;
  /** What opens its repository, by its name. */
  readonly backupSecrets?: RepositorySecrets | undefined;
  /** Everything that is backed up. */
  readonly backedUp: readonly BackedUp[];
}

/** A part that was registered. */
export interface Registered {
  readonly resource: Resource;
  /** Outputs of the stack that come from it. */
  readonly outputs?: Readonly<Record<string, Output<unknown> | undefined>>;
  /** Of one of the user's own apps, by its name: its part of the stack's output `apps`. */
  readonly userApp?: Readonly<Record<string, object>>;
  /** Of the store of backups. */
  readonly backupSecrets?: RepositorySecrets;
}
