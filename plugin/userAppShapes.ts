// What UserApp's args are made of.
import type { BackupPlan } from "./shapes.ts";

/** Who reaches an app's host. */
export const Access = {
  /** Everybody. */
  Public: "public",
  /** Who passes the entrance's login. */
  Login: "login",
  /** Addresses of the LAN. */
  Lan: "lan",
  /** Nobody: it has no host. */
  None: "none",
} as const;
export type Access = (typeof Access)[keyof typeof Access];

/** What gives way on a full board. */
export const Priority = { App: "app", Observing: "observing" } as const;
export type Priority = (typeof Priority)[keyof typeof Priority];

/** A protocol of ports. */
export const Protocol = { Tcp: "TCP", Udp: "UDP" } as const;
export type Protocol = (typeof Protocol)[keyof typeof Protocol];

/** How a backup gets data of one moment. */
export const Quiesce = {
  /** The app is stopped meanwhile. */
  Stop: "stop",
  /** It runs on, and `database` is copied by SQLite itself. */
  Sqlite: "sqlite",
  /** It runs on; for apps that write each file once. */
  None: "none",
} as const;
export type Quiesce = (typeof Quiesce)[keyof typeof Quiesce];

/** How much memory an app takes. */
export interface Memory {
  /** What it normally uses, as a Kubernetes quantity such as `64Mi`: so much is set aside for it. */
  request: string;
  /** The kernel stops it when it uses more. */
  limit: string;
}

/** A port of its board that leads to an app. */
export interface BoardPort {
  /** Port of the board. */
  port: number;
  /** TCP or UDP. */
  protocol: Protocol;
  /** Port in the container. Default: the same. */
  containerPort?: number;
}

/** How the kubelet sees that an app works. */
export interface Probe {
  /** A page that answers while the app works. Default: its port accepts. */
  path?: string;
  /** A command in the container that succeeds while the app works, instead of `path`. */
  command?: string[];
  /** Seconds that the app may take to start, 300 to 86400. Default: 600. */
  startSeconds?: number;
}

/** What is loosened of an app's isolation from its board. */
export interface Security {
  /** Whether it may write outside its volumes and `scratch`, in its image. Default: false. */
  writableRoot?: boolean;
  /** Linux capabilities that it keeps, without CAP_. Default: none. */
  capabilities?: string[];
  /** Whether it owns its board. `devices` need it. Default: false. */
  privileged?: boolean;
  /** Whether it uses its board's network, as discovery by multicast needs. Default: false. */
  hostNetwork?: boolean;
}

/** How an app is backed up. */
export interface AppBackup extends BackupPlan {
  /** How the backup gets data of one moment. Default: `stop`, and `none` with `schedule`. */
  quiesce?: Quiesce;
  /** Its SQLite database, with `quiesce: sqlite`: the volume's name and the path in it. */
  database?: string;
  /** What is not backed up, such as `data/cache`. */
  exclude?: string[];
  /** What empty volumes are filled with: the `newest` backup, `none`, or the id of a snapshot. Default: `newest`. */
  restore?: string;
}
