import type { PlannedBoard } from "../board/board.ts";

/** What dashboards and monitors need to know of a home. */
export interface Home {
  /** The tag `cluster_name`. */
  readonly cluster: string;
  readonly boards: ReturnType<typeof homeBoards>;
  /** Relative humidity, in %, that is good for walls and people. */
  readonly humidity: { readonly min: number; readonly max: number };
  /** Whether there are sensors. */
  readonly hasSensors: boolean;
}

/**
 * The boards as dashboards and monitors see them. MiB of available memory: below `evictionHard` the kubelet kills
 * pods, below `evictionSoft` it evicts them after a while.
 */
export function homeBoards(boards: readonly PlannedBoard[]) {
  return boards.map(({ name, memory: { evictionHard, evictionSoft } }) => ({
    name,
    evictionHard,
    evictionSoft,
  }));
}

/** Names of kubeadm's containers of the control plane. */
export const controlPlaneContainers = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
] as const;
