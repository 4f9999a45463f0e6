import type { PlannedBoard } from "../components/board/board.ts";
import type { BoardBootstrapArgs } from "../components/board/bootstrap.ts";
import type { ClusterLayout } from "../components/kubeadm/clusterLayout.ts";
import { nodeTaints } from "../components/capacity/placement.ts";
import type { KubeadmClusterArgs } from "../components/kubeadm/kubeadmCluster.ts";
import type { RosterArgs } from "../components/kubeadm/roster.ts";
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
): Omit<KubeadmClusterArgs, "ready" | "order"> | undefined {
  const { cluster } = settings;
  if (!cluster.bootstrap || cluster.kubeconfig !== undefined) return undefined;
  return { layout: layoutOf(settings, boards), access: bootstraps };
}

/** What the cluster knows its boards by. Empty if bramble makes none. */
export function rosterOf({ layout, access }: Pick<KubeadmClusterArgs, "layout" | "access">): RosterArgs {
  const boards = layout.nodes.map(({ name, role, host, hostKey }) => {
    return [name, { role, host, hostKey, dead: access[name]?.dead === true }] as const;
  });
  return { boards: Object.fromEntries(boards) };
}

function layoutOf({ cluster, boards: described }: Settings, boards: readonly PlannedBoard[]): ClusterLayout {
  const nodes = boards.map((board, i) => {
    const { name, host, role, takesApps, memory } = board;
    const { hostKey = "", labels = {} } = described[i] ?? {};
    return { name, host, role, takesApps, memory, hostKey, labels, taints: nodeTaints(board) };
  });
  const first = nodes.find(({ role }) => role === "controlPlane");
  const {
    version,
    podSubnet,
    serviceSubnet,
    ignorePreflightErrors,
    controlPlaneEndpoint = first?.host ?? "",
  } = cluster;
  const endpoint = controlPlaneEndpoint.includes(":") ? controlPlaneEndpoint : `${controlPlaneEndpoint}:6443`;
  return {
    version,
    podSubnet,
    serviceSubnet,
    ignorePreflightErrors,
    endpoint,
    // By name: another order in the settings is no change.
    nodes: nodes.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    hasNetwork: cluster.network !== "none",
  };
}
