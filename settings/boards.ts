// What the settings make of the boards: each by itself, and the cluster of them.
import type { PlannedBoard } from "../components/board/board.ts";
import type { BoardBootstrapArgs } from "../components/board/bootstrap.ts";
import { boardPackages } from "../components/board/packages.ts";
import { enforcerModules } from "../components/isolation/enforcerWorkload.ts";
import {
  bootstrapArgs,
  clusterLayout,
  type ClusterOnBoards,
  rosterBoards,
} from "../components/kubeadm/clusterBoards.ts";
import type { KubeadmClusterArgs } from "../components/kubeadm/kubeadmCluster.ts";
import type { RosterArgs } from "../components/kubeadm/roster.ts";
import type { Load } from "../components/workload/workload.ts";
import { directoriesOf } from "./apps.ts";
import type { Settings } from "./schema.ts";

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
  return bootstrapArgs(onBoards(settings, boards), {
    loads,
    folders: directoriesOf(settings),
    ...(cluster.isolation && cluster.network === "flannel" && { modules: enforcerModules }),
    timeServers: cluster.timeServers,
    updates: { install: cluster.systemUpdates.install, window: cluster.systemUpdates.window },
    packages: packagesOf(cluster),
    privateKey: ssh?.privateKey,
    jump: ssh?.jump,
  });
}

/**
 * The cluster that bramble makes, or undefined if it makes none.
 *
 * @param boards the boards of the settings, planned
 * @param access how each board is reached
 */
export function clusterOf(
  settings: Settings,
  boards: readonly PlannedBoard[],
  access: Readonly<Record<string, BoardBootstrapArgs>>,
): Omit<KubeadmClusterArgs, "ready" | "order"> | undefined {
  if (settings.cluster.kubeconfig !== undefined) return undefined;
  const layout = clusterLayout(onBoards(settings, boards));
  return { layout, access, rebooted: rebootedBoards(settings.cluster, boards) };
}

/**
 * Names of the boards that may be rebooted. A control plane without which etcd has no quorum only if the settings say so by
 * name: the API would be away, and with it what would put the board back.
 */
function rebootedBoards({ systemUpdates }: Settings["cluster"], boards: readonly PlannedBoard[]): string[] {
  if (systemUpdates.reboot === "never") return [];
  const living = boards.filter(({ role, dead }) => role === "controlPlane" && !dead).length;
  const isMajority = living - 1 > living / 2;
  return boards.flatMap(({ name, role }) =>
    role === "worker" || isMajority || systemUpdates.rebootOnlyControlPlane ? [name] : [],
  );
}

/** What the cluster knows its boards by. */
export function rosterOf(boards: readonly PlannedBoard[]): RosterArgs {
  return { boards: rosterBoards(boards) };
}

/** The settings' rules have seen that each board has a host key, and that one control plane at most has a name. */
function onBoards({ cluster }: Settings, boards: readonly PlannedBoard[]): ClusterOnBoards {
  const { version, podSubnet, serviceSubnet, ignorePreflightErrors, network } = cluster;
  const common = { version, podSubnet, serviceSubnet, ignorePreflightErrors };
  return { ...common, boards, endpoint: cluster.controlPlaneEndpoint, hasFlannel: network === "flannel" };
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
