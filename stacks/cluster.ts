import type { PlannedBoard } from "../components/board/board.ts";
import type { BoardBootstrapArgs } from "../components/board/bootstrap.ts";
import type { ClusterLayout } from "../components/cluster/clusterSteps.ts";
import { nodeTaints } from "../components/cluster/placement.ts";
import type { KubeadmClusterArgs } from "../components/cluster/kubeadmCluster.ts";
import type { Settings } from "./schema.ts";

/**
 * The cluster that bramble makes, or undefined if it makes none.
 *
 * @param boards the boards of the settings, planned
 * @param bootstraps how each board is reached (boards.ts)
 */
export function clusterOf(
  settings: Settings,
  boards: readonly PlannedBoard[],
  bootstraps: Readonly<Record<string, BoardBootstrapArgs>>,
): Omit<KubeadmClusterArgs, "ready"> | undefined {
  const { cluster } = settings;
  if (!cluster.bootstrap || cluster.kubeconfig !== undefined) return undefined;
  return { layout: layoutOf(settings, boards), access: bootstraps };
}

function layoutOf({ cluster, boards: described }: Settings, boards: readonly PlannedBoard[]): ClusterLayout {
  const nodes = boards.map((board, i) => {
    const { name, host, role, takesApps, memory } = board;
    const { hostKey = "", labels = {} } = described[i] ?? {};
    return { name, host, role, takesApps, memory, hostKey, labels, taints: nodeTaints(board) };
  });
  const isDead = (board: string) => described.some(({ name, dead }) => name === board && dead);
  const first = nodes.find(({ role }) => role === "controlPlane");
  const {
    version,
    podSubnet,
    serviceSubnet,
    ignoredChecks,
    controlPlaneEndpoint = first?.host ?? "",
  } = cluster;
  const endpoint = controlPlaneEndpoint.includes(":") ? controlPlaneEndpoint : `${controlPlaneEndpoint}:6443`;
  const snapshotStore = nodes.find((node) => node.role === "worker" && !isDead(node.name))?.name;
  return {
    version,
    podSubnet,
    serviceSubnet,
    ignoredChecks,
    snapshotStore,
    endpoint,
    nodes,
    hasNetwork: cluster.network !== "none",
  };
}
