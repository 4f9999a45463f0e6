import type { PlannedBoard } from "../components/board/board.ts";
import type { BoardBootstrapArgs } from "../components/board/bootstrap.ts";
import type { ClusterNode } from "../components/kubeadm/clusterLayout.ts";
import { nodeTaints } from "../components/capacity/placement.ts";
import type { KubeadmClusterArgs } from "../components/kubeadm/kubeadmCluster.ts";
import type { RosterArgs } from "../components/kubeadm/roster.ts";
import type { Settings } from "./schema.ts";

/**
 * The cluster that bramble makes, or undefined if it makes none.
 *
 * @param boards the boards of the settings, planned
 * @param access how each board is reached (boards.ts)
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
  const layout = {
    version,
    podSubnet,
    serviceSubnet,
    ignorePreflightErrors,
    endpoint: endpoint.includes(":") ? endpoint : `${endpoint}:6443`,
    // By name: another order in the settings is no change.
    nodes: boards.map(nodeOf).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    hasNetwork: network !== "none",
  };
  return { layout, access };
}

/** What the cluster knows its boards by. */
export function rosterOf(boards: readonly PlannedBoard[]): RosterArgs {
  const entries = boards.map(({ name, role, host, hostKey = "", dead }) => {
    return [name, { role, host, hostKey, dead }] as const;
  });
  return { boards: Object.fromEntries(entries) };
}

/** The settings' rules have seen that a host key is there. */
function nodeOf(board: PlannedBoard): ClusterNode {
  const { name, host, role, takesApps, memory, kubelet, hostKey = "", labels } = board;
  return { name, host, role, takesApps, memory, kubelet, hostKey, labels, taints: nodeTaints(board) };
}
