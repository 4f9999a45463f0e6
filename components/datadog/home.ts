import type { PlannedBoard } from "../board/board.ts";

/** What dashboards and monitors need to know of a home. */
export interface Home {
  /** The tag `cluster_name`. */
  readonly cluster: string;
  readonly boards: readonly HomeBoard[];
  /** Relative humidity, in %, that is good for walls and people. */
  readonly humidity: { readonly min: number; readonly max: number };
  /** Whether there are sensors. */
  readonly hasSensors: boolean;
}

/** A board whose memory is watched. */
export interface HomeBoard {
  readonly name: string;
  /** MiB of available memory below which the kubelet kills pods. */
  readonly evictionHard: number;
  /** MiB below which it evicts them after a while. */
  readonly evictionSoft: number;
}

/** The boards as dashboards and monitors see them. */
export function homeBoards(boards: readonly PlannedBoard[]): HomeBoard[] {
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
