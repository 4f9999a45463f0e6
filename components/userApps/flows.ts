import {
  type AppFlows,
  fromEntrance,
  type Isolation,
  podsIn,
  toDns,
  toInternet,
  toLan,
} from "../app/isolation.ts";
import { accessOf } from "./route.ts";
import type { UserAppSettings, UserAppsSettings } from "./settings.ts";

/** Places outside the cluster that an app may connect to; every other name of `reaches` is an app. */
export const places = ["internet", "lan"] as const;

/** What decides what the pod of one of the user's own apps may do in the network. */
export interface UserAppFlowsArgs {
  readonly app: UserAppSettings;
  /** Namespace of the entrance that serves it. Default: `ingress`. */
  readonly entrance?: string | undefined;
  /** Names of the apps that may connect to it. */
  readonly reachedBy?: readonly string[] | undefined;
  /** How pods of apps that face the internet are isolated; they are not if omitted. */
  readonly isolation?: Isolation | undefined;
}

/** Whether an app is isolated where apps are: a pod with its board's network can't be. */
export function facesInternet(app: UserAppSettings): boolean {
  const access = accessOf(app);
  return (access === "public" || access === "login") && !app.security.hostNetwork;
}

/** The apps that may connect to an app, of all of them. */
export function reachedBy(name: string, apps: UserAppsSettings): string[] {
  return Object.entries(apps).flatMap(([other, { reaches }]) => (reaches.includes(name) ? [other] : []));
}

/** What an app's pod may do in the network; undefined if it is not isolated. */
export function userAppFlows({
  app,
  entrance,
  isolation,
  reachedBy: others = [],
}: UserAppFlowsArgs): AppFlows | undefined {
  if (!isolation || !facesInternet(app)) return undefined;
  const { port, boardPorts, reaches } = app;
  const apps = reaches.filter((each) => !(places as readonly string[]).includes(each));
  const onBoard = boardPorts.map(({ port: own, containerPort = own, protocol }) => ({
    port: containerPort,
    protocol,
  }));
  return {
    isolation,
    from: [
      ...(port === undefined ? [] : [fromEntrance(entrance, port)]),
      ...(onBoard.length > 0 ? [{ peers: [], ports: onBoard }] : []),
      ...(others.length > 0 ? [{ peers: others.map(podsIn) }] : []),
    ],
    to: [
      toDns,
      ...(reaches.includes("internet") ? [toInternet(isolation)] : []),
      ...(reaches.includes("lan") ? [toLan(isolation)] : []),
      ...(apps.length > 0 ? [{ peers: apps.map(podsIn) }] : []),
    ],
  };
}
