import type { UpgradeStep } from "../../components/capacity/boardFailure.ts";
import type { PolicyResult } from "../../policy/judge.ts";
import type { FailureOutcome } from "../failure.ts";
import type { PlannedBoard } from "../../components/board/board.ts";

/** A pod as the scheduler placed it. */
export interface PlacedPod {
  readonly namespace: string;
  readonly name: string;
  /** Its memory request in MiB. */
  readonly memory: number;
  /** Static pods belong to the control plane; the others came from `pulumi up` or with kubeadm. */
  readonly isStatic: boolean;
  /** Whether it is not bramble's, but was deployed to the rehearsal's cluster by hand. */
  readonly isOther: boolean;
}

/** A board and what runs on it. */
export interface BoardOutcome {
  readonly board: PlannedBoard;
  readonly pods: readonly PlacedPod[];
}

/** A pod that does not run, and why. */
export interface PendingPod {
  readonly namespace: string;
  readonly name: string;
  /** The scheduler's or the kubelet's own words. */
  readonly reason: string;
}

/** A step of the rehearsal and how long it took. */
export interface Step {
  readonly name: string;
  readonly seconds: number;
}

/** Everything that a rehearsal found out. */
export interface Outcome {
  /** The stack that was rehearsed. */
  readonly stack: string;
  readonly kubernetesVersion: string;
  /** How it was deployed: `Pulumi 3.259.0`, or without the engine and why. */
  readonly deployedBy: string;
  /** `46 created`, `nothing changed`. */
  readonly changes: string;
  readonly boards: readonly BoardOutcome[];
  readonly pending: readonly PendingPod[];
  /** Workloads that have room here, but might not if the scheduler placed the others otherwise. */
  readonly uncertain: readonly string[];
  /** Workloads that are not bramble's and might be evicted then. */
  readonly atRisk: readonly string[];
  /** What happens if a board fails, for each. */
  readonly failures: readonly FailureOutcome[];
  /** The boards in the order in which they can be upgraded. */
  readonly upgrade: readonly UpgradeStep[];
  /** What became of each policy. */
  readonly policies: readonly PolicyResult[];
  readonly steps: readonly Step[];
}

/** MiB that a board's pods request together. */
export function requested({ pods }: Pick<BoardOutcome, "pods">): number {
  return pods.reduce((total, { memory }) => total + memory, 0);
}

/** MiB of a board's allocatable that no pod requests. */
export function left(outcome: BoardOutcome): number {
  return outcome.board.memory.allocatable - requested(outcome);
}
