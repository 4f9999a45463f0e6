import type { PlannedBoard } from "../components/board/board.ts";
import type { BoardBootstrapArgs } from "../components/board/bootstrap.ts";
import { boardPackages } from "../components/board/packages.ts";
import type { BoardPackages } from "../components/board/phases.ts";
import { mayRunOn } from "../components/capacity/placement.ts";
import { hostPorts } from "../components/capacity/podNeeds.ts";
import type { Load } from "../components/workload.ts";
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
  { boards: described, cluster, ssh }: Settings,
  boards: readonly PlannedBoard[],
  loads: readonly Load[],
): Record<string, BoardBootstrapArgs> {
  if (!cluster.bootstrap) return {};
  // By name: another order in the settings is no change.
  const all = boards.map(({ name, host }) => ({ name, host })).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const packages = packagesOf(cluster);
  const { timeServers } = cluster;
  const hasFlannel = cluster.network === "flannel";
  const entries = boards.map((board, i) => {
    const { name, ram, cores, arch, memory } = board;
    const { host = "", port, user = "", hostKey = "", dead } = described[i] ?? {};
    const connection = { host, port, user, hostKey, privateKey: ssh?.privateKey, jump: ssh?.jump };
    const isClusterGiven = cluster.kubeconfig !== undefined;
    const machine = { board: name, ram, capacity: memory.capacity, cores, arch };
    const ports = portsOf(board, loads);
    const plan = { ...machine, boards: all, ports, hasFlannel, timeServers, packages, isClusterGiven };
    return [name, { plan, connection, dead }] as const;
  });
  return Object.fromEntries(entries);
}

function portsOf(board: PlannedBoard, loads: readonly Load[]): string[] {
  const taken = loads
    .filter((load) => mayRunOn(board, load))
    .flatMap(({ pod }) => hostPorts(pod))
    .map(({ port, protocol }) => `${port}/${protocol.toLowerCase()}`);
  return [...new Set([...nodePorts, ...(board.role === "controlPlane" ? controlPlanePorts : []), ...taken])];
}

function packagesOf({ version, containerd, ...mirrors }: Settings["cluster"]): BoardPackages {
  const { kubernetesRepository, containerdRepository, imageRepository } = mirrors;
  return boardPackages(version, {
    ...(kubernetesRepository && { kubernetesRepository }),
    ...(containerdRepository && { containerdRepository }),
    ...(imageRepository !== undefined && { imageRepository }),
    ...(containerd === "containerd" && { containerd, containerdRepository: undefined }),
  });
}
