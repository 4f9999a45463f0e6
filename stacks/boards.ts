import type { PlannedBoard } from "../components/board/board.ts";
import type { BoardBootstrapArgs } from "../components/board/bootstrap.ts";
import { boardPackages } from "../components/board/packages.ts";
import type { BoardPackages } from "../components/board/phases.ts";
import type { Settings } from "./schema.ts";

/**
 * What each board is brought to and how it is reached, by name. Empty if the boards are somebody else's.
 *
 * @param boards the boards of the settings, planned
 */
export function bootstrapsOf(
  { boards: described, cluster, ssh }: Settings,
  boards: readonly PlannedBoard[],
): Record<string, BoardBootstrapArgs> {
  if (!cluster.bootstrap) return {};
  // By name: another order in the settings is no change.
  const all = boards.map(({ name, host }) => ({ name, host })).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const packages = packagesOf(cluster);
  const { timeServers } = cluster;
  const hasFlannel = cluster.network === "flannel";
  const entries = boards.map(({ name, ram, cores, arch, memory: { capacity } }, i) => {
    const { host = "", port, user = "", hostKey = "", dead } = described[i] ?? {};
    const connection = { host, port, user, hostKey, privateKey: ssh?.privateKey, jump: ssh?.jump };
    const isClusterGiven = cluster.kubeconfig !== undefined;
    const machine = { board: name, ram, capacity, cores, arch };
    const plan = { ...machine, boards: all, hasFlannel, timeServers, packages, isClusterGiven };
    return [name, { plan, connection, dead }] as const;
  });
  return Object.fromEntries(entries);
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
