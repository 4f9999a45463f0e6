import type { PlannedBoard } from "../components/board/board.ts";
import type { BoardBootstrapArgs } from "../components/board/bootstrap.ts";
import { boardPackages } from "../components/board/packages.ts";
import type { BoardPackages } from "../components/board/phases.ts";
import { mayRunOn } from "../components/capacity/placement.ts";
import { hostPorts } from "../components/capacity/podNeeds.ts";
import type { Load } from "../components/workload/workload.ts";
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
  { cluster, ssh }: Settings,
  boards: readonly PlannedBoard[],
  loads: readonly Load[],
): Record<string, BoardBootstrapArgs> {
  if (!cluster.bootstrap) return {};
  const common = {
    // By name: another order in the settings is no change.
    boards: boards.map(({ name, host }) => ({ name, host })).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    hasFlannel: cluster.network === "flannel",
    timeServers: cluster.timeServers,
    packages: packagesOf(cluster),
    isClusterGiven: cluster.kubeconfig !== undefined,
  };
  const entries = boards.map((board) => {
    const { name, ram, cores, arch, memory, dead } = board;
    const machine = { board: name, ram, capacity: memory.capacity, cores, arch };
    return [
      name,
      {
        plan: { ...common, ...machine, ports: portsOf(board, loads) },
        connection: reached(board, ssh),
        dead,
      },
    ] as const;
  });
  return Object.fromEntries(entries);
}

/** The settings' rules have seen that a user and a host key are there. */
function reached(
  { host, port, user = "", hostKey = "" }: PlannedBoard,
  ssh: Settings["ssh"],
): BoardBootstrapArgs["connection"] {
  return { host, port, user, hostKey, privateKey: ssh?.privateKey, jump: ssh?.jump };
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
