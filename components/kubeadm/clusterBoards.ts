// Boards as the parts of a cluster are told of them.
import { isIP } from "node:net";
import type { PlannedBoard } from "../board/board.ts";
import type { BoardBootstrapArgs } from "../board/bootstrap.ts";
import type { BoardConnection } from "../board/connection.ts";
import type { DataFolder } from "../board/disk.ts";
import type { BoardPackages } from "../board/phases.ts";
import { boardPackages } from "../board/packages.ts";
import { defaultUpdates, type SystemUpdates } from "../board/systemUpdates.ts";
import { mayRunOn, nodeTaints } from "../capacity/placement.ts";
import { hostPorts } from "../capacity/podNeeds.ts";
import type { Load } from "../workload/workload.ts";
import { type ClusterLayout, defaultRanges, endpointName } from "./clusterLayout.ts";
import type { RosterBoard } from "./rosterChange.ts";

/** A cluster on boards: what all of its parts must be told alike. */
export interface ClusterOnBoards {
  /** Every board, with its `hostKey`. Their order means nothing. */
  readonly boards: readonly PlannedBoard[];
  /** Version of Kubernetes: `1.37.1`. */
  readonly version: string;
  /**
   * Host, or host and port, of the API server. Default: `control-plane.bramble.internal`, which every board gets
   * into its /etc/hosts; of a single control plane whose `host` is a name, that name.
   */
  readonly endpoint?: string | undefined;
  /** The pods' IPv4 range. Default: `10.244.0.0/16`. */
  readonly podSubnet?: string;
  /** The services' IPv4 range. Default: `10.96.0.0/12`. */
  readonly serviceSubnet?: string;
  /** Whether the pod network is bramble's Flannel. Default: true. */
  readonly hasFlannel?: boolean;
  /** Checks of kubeadm that may fail. Default: none. */
  readonly ignorePreflightErrors?: readonly string[];
}

/** What boards are brought to, besides what follows from the cluster. */
export interface BootstrapOptions extends Pick<BoardConnection, "privateKey" | "jump"> {
  /** Everything that will run on them, whose ports must be free. Default: nothing but Kubernetes. */
  readonly loads?: readonly Load[];
  /** Directories of apps' data. Default: none. */
  readonly folders?: readonly (DataFolder & { readonly board: string })[];
  /** Modules that the kernel needs besides. Default: none. */
  readonly modules?: readonly string[];
  /** Time servers that the boards ask. Default: those of their operating systems. */
  readonly timeServers?: readonly string[];
  /** Updates of the boards' own systems. Default: security fixes, at night. */
  readonly updates?: SystemUpdates;
  /** Default: the projects' own repositories. */
  readonly packages?: BoardPackages;
}

/** https://kubernetes.io/docs/reference/networking/ports-and-protocols/ */
const nodePorts = ["10250/tcp", "10256/tcp"];
const controlPlanePorts = ["6443/tcp", "2379/tcp", "2380/tcp", "10257/tcp", "10259/tcp"];

/** What each board is brought to and how it is reached, by name: the args of its BoardBootstrap. */
export function bootstrapArgs(
  cluster: ClusterOnBoards,
  options: BootstrapOptions = {},
): Record<string, BoardBootstrapArgs> {
  const { boards, version, hasFlannel = true } = cluster;
  const { loads = [], folders = [], modules, timeServers = [], privateKey, jump } = options;
  const common = {
    boards: byName(boards).map(({ name, host }) => ({ name, host })),
    hasFlannel,
    ...(modules && { modules }),
    timeServers,
    updates: options.updates ?? defaultUpdates,
    packages: options.packages ?? boardPackages(version),
    names: endpointNames(cluster),
  };
  // Who answers in a board's place is told by its key.
  const hostKeys = Object.fromEntries(boards.map(({ name, hostKey = "" }) => [name, hostKey]));
  const entries = boards.map((board) => {
    const { name, ram, cores, arch, memory, dead, disk } = board;
    const machine = { board: name, ram, capacity: memory.capacity, cores, arch, disk };
    const { host, port, user, hostKey = "" } = board;
    const connection = { host, port, user, hostKey, privateKey, jump };
    const own = folders.filter((folder) => folder.board === name);
    const plan = { ...common, ...machine, ports: portsOf(board, loads), folders: own };
    return [name, { plan, connection, dead, hostKeys }] as const;
  });
  return Object.fromEntries(entries);
}

/** What a KubeadmCluster makes of the boards. */
export function clusterLayout(cluster: ClusterOnBoards): ClusterLayout {
  const { boards, version, hasFlannel = true, ignorePreflightErrors = [] } = cluster;
  const { podSubnet = defaultRanges.podSubnet, serviceSubnet = defaultRanges.serviceSubnet } = cluster;
  const endpoint = endpointOf(cluster);
  const nodes = byName(boards).map((board) => {
    const { name, host, role, takesApps, memory, kubelet, hostKey = "", labels } = board;
    return { name, host, role, takesApps, memory, kubelet, hostKey, labels, taints: nodeTaints(board) };
  });
  return {
    version,
    podSubnet,
    serviceSubnet,
    ignorePreflightErrors,
    endpoint: endpoint.includes(":") ? endpoint : `${endpoint}:6443`,
    nodes,
    hasNetwork: hasFlannel,
  };
}

/** What a Roster knows its boards by. */
export function rosterBoards(boards: readonly PlannedBoard[]): Record<string, RosterBoard> {
  const entries = boards.map(
    ({ name, role, host, hostKey = "", dead }) => [name, { role, host, hostKey, dead }] as const,
  );
  return Object.fromEntries(entries);
}

/** Host, or host and port, of the API server for boards: a name, so that a cluster can get more control planes. */
function endpointOf({ endpoint, boards }: ClusterOnBoards): string {
  if (endpoint !== undefined) return endpoint;
  const host = boards.find(({ role }) => role === "controlPlane")?.host ?? "";
  return isIP(host) > 0 ? endpointName : host;
}

/** The endpoint's name with the addresses of the control planes, if it is the one that no DNS server knows. */
function endpointNames(cluster: ClusterOnBoards) {
  const [host] = endpointOf(cluster).split(":");
  if (host !== endpointName) return [];
  const living = byName(cluster.boards).filter(({ role, dead }) => role === "controlPlane" && !dead);
  return living.map((board) => ({ name: endpointName, host: board.host }));
}

/** By name: another order is no change. */
function byName(boards: readonly PlannedBoard[]): PlannedBoard[] {
  return boards.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function portsOf(board: PlannedBoard, loads: readonly Load[]): string[] {
  const taken = loads
    .filter((load) => mayRunOn(board, load))
    .flatMap(({ pod }) => hostPorts(pod))
    .map(({ port, protocol }) => `${port}/${protocol.toLowerCase()}`);
  return [...new Set([...nodePorts, ...(board.role === "controlPlane" ? controlPlanePorts : []), ...taken])];
}
