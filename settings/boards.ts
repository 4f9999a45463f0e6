// What the settings make of the boards: each by itself, and the cluster of them.
import { isIP } from "node:net";
import type { PlannedBoard } from "../components/board/board.ts";
import type { BoardBootstrapArgs } from "../components/board/bootstrap.ts";
import { boardPackages } from "../components/board/packages.ts";
import { mayRunOn, nodeTaints } from "../components/capacity/placement.ts";
import { hostPorts } from "../components/capacity/podNeeds.ts";
import { enforcerModules } from "../components/isolation/enforcerWorkload.ts";
import { endpointName } from "../components/kubeadm/clusterLayout.ts";
import type { KubeadmClusterArgs } from "../components/kubeadm/kubeadmCluster.ts";
import type { RosterArgs } from "../components/kubeadm/roster.ts";
import type { Load } from "../components/workload/workload.ts";
import { directoriesOf } from "./apps.ts";
import type { Settings } from "./schema.ts";

/** https://kubernetes.io/docs/reference/networking/ports-and-protocols/ */
const nodePorts = ["10250/tcp", "10256/tcp"];
const controlPlanePorts = ["6443/tcp", "2379/tcp", "2380/tcp", "10257/tcp", "10259/tcp"];

/**
 * What each board is brought to and how it is reached, by name. Empty if the boards are somebody else's.
 *
 * @param boards the boards of the settings, planned
 * @param loads everything that will run on them, whose ports must be free
 */
export function bootstrapsOf(
  settings: Settings,
  boards: readonly PlannedBoard[],
  loads: readonly Load[],
): Record<string, BoardBootstrapArgs> {
  const { cluster, ssh } = settings;
  if (cluster.kubeconfig !== undefined) return {};
  const folders = directoriesOf(settings);
  const common = {
    boards: byName(boards).map(({ name, host }) => ({ name, host })),
    hasFlannel: cluster.network === "flannel",
    ...(cluster.isolation && cluster.network === "flannel" && { modules: enforcerModules }),
    timeServers: cluster.timeServers,
    updates: { install: cluster.systemUpdates.install, window: cluster.systemUpdates.window },
    packages: packagesOf(cluster),
    names: endpointNames(cluster, boards),
  };
  // Who answers in a board's place is told by its key.
  const hostKeys = Object.fromEntries(boards.map(({ name, hostKey = "" }) => [name, hostKey]));
  const entries = boards.map((board) => {
    const { name, ram, cores, arch, memory, dead, disk } = board;
    const machine = { board: name, ram, capacity: memory.capacity, cores, arch, disk };
    // The settings' rules have seen that a host key is there.
    const { host, port, user, hostKey = "" } = board;
    const connection = { host, port, user, hostKey, privateKey: ssh?.privateKey, jump: ssh?.jump };
    const own = folders.filter((folder) => folder.board === name);
    const plan = { ...common, ...machine, ports: portsOf(board, loads), folders: own };
    return [name, { plan, connection, dead, hostKeys }] as const;
  });
  return Object.fromEntries(entries);
}

/**
 * The cluster that bramble makes, or undefined if it makes none.
 *
 * @param boards the boards of the settings, planned
 * @param access how each board is reached
 */
export function clusterOf(
  { cluster }: Settings,
  boards: readonly PlannedBoard[],
  access: Readonly<Record<string, BoardBootstrapArgs>>,
): Omit<KubeadmClusterArgs, "ready" | "order"> | undefined {
  if (cluster.kubeconfig !== undefined) return undefined;
  const { version, podSubnet, serviceSubnet, ignorePreflightErrors, network } = cluster;
  const endpoint = endpointOf(cluster, boards);
  const nodes = byName(boards).map((board) => {
    const { name, host, role, takesApps, memory, kubelet, hostKey = "", labels } = board;
    return { name, host, role, takesApps, memory, kubelet, hostKey, labels, taints: nodeTaints(board) };
  });
  const layout = {
    version,
    podSubnet,
    serviceSubnet,
    ignorePreflightErrors,
    endpoint: endpoint.includes(":") ? endpoint : `${endpoint}:6443`,
    nodes,
    hasNetwork: network !== "none",
  };
  return { layout, access, rebooted: rebootedBoards(cluster, boards) };
}

/**
 * The boards that may be rebooted, by name. A control plane without which etcd has no quorum only if the settings say so by
 * name: the API would be away, and with it what would put the board back.
 */
function rebootedBoards({ systemUpdates }: Settings["cluster"], boards: readonly PlannedBoard[]): string[] {
  if (systemUpdates.reboot === "never") return [];
  const living = boards.filter(({ role, dead }) => role === "controlPlane" && !dead).length;
  const isMajority = living - 1 > living / 2;
  return byName(boards).flatMap(({ name, role }) =>
    role === "worker" || isMajority || systemUpdates.rebootOnlyControlPlane ? [name] : [],
  );
}

/** Host, or host and port, of the API server for boards: a name, so that a cluster can get more control planes. */
function endpointOf({ controlPlaneEndpoint }: Settings["cluster"], boards: readonly PlannedBoard[]): string {
  if (controlPlaneEndpoint !== undefined) return controlPlaneEndpoint;
  // The settings' rules have seen that there is no other one.
  const host = boards.find(({ role }) => role === "controlPlane")?.host ?? "";
  return isIP(host) > 0 ? endpointName : host;
}

/** The endpoint's name with the addresses of the control planes, if it is the one that no DNS server knows. */
function endpointNames(cluster: Settings["cluster"], boards: readonly PlannedBoard[]) {
  const [host] = endpointOf(cluster, boards).split(":");
  if (host !== endpointName) return [];
  const living = byName(boards).filter(({ role, dead }) => role === "controlPlane" && !dead);
  return living.map((board) => ({ name: endpointName, host: board.host }));
}

/** What the cluster knows its boards by. */
export function rosterOf(boards: readonly PlannedBoard[]): RosterArgs {
  const entries = boards.map(
    ({ name, role, host, hostKey = "", dead }) => [name, { role, host, hostKey, dead }] as const,
  );
  return { boards: Object.fromEntries(entries) };
}

/** By name: another order in the settings is no change. */
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

function packagesOf({ version, containerd, ...mirrors }: Settings["cluster"]) {
  const { kubernetesRepository, containerdRepository, imageRepository } = mirrors;
  return boardPackages(version, {
    ...(kubernetesRepository && { kubernetesRepository }),
    ...(containerdRepository && { containerdRepository }),
    ...(imageRepository !== undefined && { imageRepository }),
    ...(containerd === "containerd" && { containerd, containerdRepository: undefined }),
  });
}
