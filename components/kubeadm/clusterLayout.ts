import type { KubeletConfiguration } from "../board/kubeletConfig.ts";
import { defaultPodSubnet } from "../flannel/flannelWorkload.ts";
import type { MemoryPlan } from "../board/memoryPlan.ts";
import type { ClusterPlan, NodePlan } from "./kubeadmConfig.ts";
import type { Taint } from "../board/taints.ts";

/** The cluster's own ranges of addresses by default: what flannel's and kubeadm's own documents have. */
export const defaultRanges = { podSubnet: defaultPodSubnet, serviceSubnet: "10.96.0.0/12" } as const;

/**
 * The API server's name by default, which bramble writes into /etc/hosts of every board. kubeadm advises a name even for
 * one control plane, since a cluster whose endpoint is an address can never get another one (kubeadm#1955). It has two
 * dots, so that no board can have it, and ends in `internal`, which is reserved for private use and will never be
 * delegated (ICANN's board, resolution 2024.07.29.06).
 */
export const endpointName = "control-plane.bramble.internal";

/** A board of a cluster that bramble makes. */
export interface ClusterNode extends NodePlan {
  readonly memory: MemoryPlan;
  readonly kubelet: KubeletConfiguration;
  /** Its public SSH host key: by it a new machine of the same name is known for one. */
  readonly hostKey: string;
  /** Labels of its node, besides those of Kubernetes. */
  readonly labels: Readonly<Record<string, string>>;
  /** Every taint of its node, the control plane's too. */
  readonly taints: readonly Taint[];
}

/** A cluster that bramble makes. */
export interface ClusterLayout extends Omit<ClusterPlan, "controlPlanes"> {
  /** Every board. Their order means nothing: who leads is for the roster to say. */
  readonly nodes: readonly ClusterNode[];
  /** Whether the pod network comes with the cluster, so that boards become ready by themselves. */
  readonly hasNetwork: boolean;
}

/**
 * The control plane on which steps run that concern the whole cluster, or another board.
 *
 * @param order names of the boards that are not dead, those in the cluster for longest first
 * @param concerned a board that such a step is about: another control plane does it where there is one, so that
 *   it can also be done when that board leaves
 * @throws Error without a living control plane
 */
export function leaderOf(layout: ClusterLayout, order: readonly string[], concerned?: string): ClusterNode {
  const controlPlanes = inOrder(layout, order, "controlPlane");
  const leader = controlPlanes.find(({ name }) => name !== concerned) ?? controlPlanes[0];
  if (!leader) throw new Error("the roster has no control plane");
  return leader;
}

/** The worker that keeps copies of etcd's snapshots: the one that has been there for longest. */
export function storeOf(layout: ClusterLayout, order: readonly string[]): ClusterNode | undefined {
  return inOrder(layout, order, "worker")[0];
}

/** The boards of a role that are not dead, those in the cluster for longest first. */
export function inOrder(
  { nodes }: ClusterLayout,
  order: readonly string[],
  role: ClusterNode["role"],
): ClusterNode[] {
  return order.flatMap((name) => nodes.find((node) => node.name === name && node.role === role) ?? []);
}
