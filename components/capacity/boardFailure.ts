import type { BoardNode } from "../board/board.ts";
import type { Load } from "../workload/workload.ts";
import type { FreeCapacity, PlannedPod } from "./freeCapacity.ts";
import { placedBudget } from "./memoryBudget.ts";
import type { OtherPods } from "./otherPods.ts";
import { type Shortage, shortageOf } from "./shortage.ts";

/** A pod that another board takes over. */
export interface Move {
  /** Name of its workload. */
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

/** What happens when a board is gone. */
export interface BoardFailure {
  readonly board: string;
  /**
   * Whether the cluster still has its API: a majority of its control planes. Without it nothing moves; what runs
   * goes on.
   */
  readonly hasControlPlane: boolean;
  /** Pods that find room elsewhere, and those that these push out in turn. */
  readonly moves: readonly Move[];
  /** Pods that could run elsewhere, but find no room. */
  readonly pending: readonly Shortage[];
  /** Names of workloads that are tied to the board: they wait until it is back. */
  readonly tied: readonly string[];
  /** Names of workloads that have room then, but might not if the scheduler placed the others otherwise. */
  readonly uncertain: readonly string[];
}

/**
 * What happens to the cluster if any one of its boards is gone, each by itself.
 *
 * @param loads everything that runs on them, kubeadm's own pods included
 * @param others what else runs there, which moves and is evicted as its priority demands. Default: nothing
 */
export function boardFailures(
  boards: readonly BoardNode[],
  loads: readonly Load[],
  others?: OtherPods,
): BoardFailure[] {
  const { capacity, uncertain } = placedBudget(boards, loads, others);
  return boards.map(({ name }, index) => {
    const common = { board: name, tied: tiedTo(capacity, index) };
    if (!keepsControlPlane(boards, index)) {
      return { ...common, hasControlPlane: false, moves: [], pending: [], uncertain: [] };
    }
    const moved = evacuate(capacity.copy(), index);
    return { ...common, hasControlPlane: true, ...moved, uncertain: uncertain(index) };
  });
}

/** One board's turn in an upgrade. */
export interface UpgradeStep extends Pick<BoardFailure, "board" | "moves"> {
  /** Whether its pods find room however the scheduler has placed the others; else only as they are expected to be. */
  readonly isCertain: boolean;
  /** Pods that find no room while it is drained. Only where there is no order without. */
  readonly pending: readonly Shortage[];
  /** Names of workloads that stand still while the board is upgraded. */
  readonly tied: readonly string[];
}

/**
 * The order in which boards can be drained, upgraded and taken back one after the other: control planes first, as
 * kubeadm wants it. A board whose pods would find no room is put off until others are done, and comes last with what
 * it lacks if there is never room for them. Pods stay where they have moved to.
 *
 * @param loads everything that runs on them, kubeadm's own pods included
 * @param others what else runs there. Default: nothing
 */
export function upgradeOrder(
  boards: readonly BoardNode[],
  loads: readonly Load[],
  others?: OtherPods,
): UpgradeStep[] {
  const { capacity: placed, uncertain } = placedBudget(boards, loads, others);
  const steps: UpgradeStep[] = [];
  let capacity = placed;
  const drain = (board: number) => {
    const after = capacity.copy();
    const { moves, pending } = evacuate(after, board);
    const step = {
      board: boards[board]?.name ?? "",
      isCertain: pending.length === 0 && uncertain(board).length === 0,
      moves,
      pending,
      tied: tiedTo(capacity, board),
    };
    return { step, after };
  };
  for (const role of ["controlPlane", "worker"] as const) {
    let waiting = boards.flatMap((board, index) => (board.role === role ? [index] : []));
    while (waiting.length > 0) {
      const next = waiting.find((board) => drain(board).step.pending.length === 0) ?? waiting[0] ?? 0;
      const { step, after } = drain(next);
      steps.push(step);
      // One that cannot be drained is not: its pods stay.
      if (step.pending.length === 0) capacity = after;
      waiting = waiting.filter((board) => board !== next);
    }
  }
  return steps;
}

/** Names of workloads with pods that run on this board or nowhere; a DaemonSet's and a static pod go with it. */
function tiedTo(capacity: FreeCapacity, board: number): string[] {
  const tied = capacity
    .held(board)
    .filter(({ movable, load }) => !movable && load.kind !== "DaemonSet" && load.kind !== "StaticPod");
  return [...new Set(tied.map(({ name }) => name))];
}

/** Gives a board's pods to the others, those of higher priority first; they may push out what is lower. */
function evacuate(capacity: FreeCapacity, gone: number): Pick<BoardFailure, "moves" | "pending"> {
  const from = new Map<PlannedPod, number>();
  const leave = (pod: PlannedPod, board: number) => {
    capacity.remove(board, pod);
    if (!from.has(pod)) from.set(pod, board);
  };
  const waiting = capacity.held(gone).filter(({ movable }) => movable);
  for (const pod of waiting) leave(pod, gone);
  const moved = new Map<PlannedPod, number>();
  const pending: Shortage[] = [];
  for (;;) {
    waiting.sort((a, b) => b.priority - a.priority);
    const pod = waiting.shift();
    if (pod === undefined) break;
    moved.delete(pod);
    const others = pod.candidates.filter((board) => board !== gone);
    const { board, victims } = placeFor(capacity, pod, others);
    if (board === undefined) {
      pending.push(shortageOf(capacity, { ...pod, candidates: others }));
      continue;
    }
    for (const victim of victims) leave(victim, board);
    waiting.push(...victims);
    capacity.put(board, pod);
    moved.set(pod, board);
  }
  const nameOf = (board = gone) => capacity.boards[board]?.name ?? "";
  const moves = [...moved].map(([pod, to]) => ({
    name: pod.name,
    from: nameOf(from.get(pod)),
    to: nameOf(to),
  }));
  // Who was pushed out and comes back to where it was has not moved.
  return { moves: moves.filter((move) => move.from !== move.to), pending };
}

/** A board with room, or the one on which the least important have to go. */
function placeFor(
  capacity: FreeCapacity,
  pod: PlannedPod,
  boards: readonly number[],
): { readonly board: number | undefined; readonly victims: readonly PlannedPod[] } {
  const free = capacity.choose(pod, boards);
  if (free !== undefined) return { board: free, victims: [] };
  const choices = boards.flatMap((board) => {
    const victims = capacity.victims(board, pod);
    return victims ? [{ board, victims, highest: Math.max(...victims.map(({ priority }) => priority)) }] : [];
  });
  const [best] = choices.sort((a, b) => a.highest - b.highest || a.victims.length - b.victims.length);
  return best ?? { board: undefined, victims: [] };
}

/** etcd answers while a majority of its members does. */
function keepsControlPlane(boards: readonly BoardNode[], gone: number): boolean {
  if (boards[gone]?.role !== "controlPlane") return true;
  const members = boards.filter(({ role }) => role === "controlPlane").length;
  return members - 1 > members / 2;
}
