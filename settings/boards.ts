// What the settings make of the boards: each by itself, and the cluster of them.
import type { PlannedBoard } from "../components/board/board.ts";
import type { BoardBootstrapArgs } from "../components/board/bootstrap.ts";
import { boardPackages } from "../components/board/packages.ts";
import { mayRunOn, nodeTaints } from "../components/capacity/placement.ts";
import { hostPorts } from "../components/capacity/podNeeds.ts";
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
  if (!cluster.bootstrap) return {};
  const folders = directoriesOf(settings);
  const common = {
    boards: byName(boards).map(({ name, host }) => ({ name, host })),
    hasFlannel: cluster.network === "flannel",
    timeServers: cluster.timeServers,
    packages: packagesOf(cluster),
    isClusterGiven: cluster.kubeconfig !== undefined,
  };
  const entries = boards.map((board) => {
    const { name, ram, cores, arch, memory, dead, disk } = board;
    const machine = { board: name, ram, capacity: memory.capacity, cores, arch, disk };
    // The settings' rules have seen that a user and a host key are there.
    const { host, port, user = "", hostKey = "" } = board;
    const connection = { host, port, user, hostKey, privateKey: ssh?.privateKey, jump: ssh?.jump };
    const own = folders.filter((folder) => folder.board === name);
    const plan = { ...common, ...machine, ports: portsOf(board, loads), folders: own };
    return [name, { plan, connection, dead }] as const;
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
  if (!cluster.bootstrap || cluster.kubeconfig !== undefined) return undefined;
  const { version, podSubnet, serviceSubnet, ignorePreflightErrors, network } = cluster;
  const endpoint =
    cluster.controlPlaneEndpoint ?? boards.find(({ role }) => role === "controlPlane")?.host ?? "";
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
  return { layout, access };
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
