import type { BackupPlan } from "../app/backupTarget.ts";
import { longestPause } from "../app/schedule.ts";
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
  /** How often its data is backed up; undefined without backups. */
  readonly backups?: HomeBackups | undefined;
}

/** At most so many seconds apart are backups, and tests whether they can be restored; undefined without tests. */
export type HomeBackups = ReturnType<typeof homeBackups>;

/** How often a plan backs up, and tests. */
export function homeBackups({ schedule, test }: BackupPlan) {
  return { every: longestPause(schedule), testedEvery: test === undefined ? undefined : longestPause(test) };
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
