import { RunError } from "@pulumi/pulumi";
import type { PlannedBoard } from "../board/board.ts";
import type { StaticPod, Workload } from "../workload.ts";
import { mayRunOn, memoryRequest, pinnedTo, priorityOf } from "./placement.ts";

/** A pod on a board. */
export interface HeldPod {
  /** Name of its workload. */
  readonly name: string;
  /** Its memory request in MiB. */
  readonly memory: number;
  /** Whether it could run on another board as well. */
  readonly movable: boolean;
}

/** What a board holds and has left. */
export interface BoardBudget {
  readonly board: PlannedBoard;
  readonly held: readonly HeldPod[];
  /** MiB of its allocatable that no pod requests. */
  readonly left: number;
}

/** A pod that does not fit. */
export interface Shortage {
  readonly name: string;
  /** Its memory request in MiB. */
  readonly memory: number;
  /** The board it is tied to, or else the one with the most room; undefined if no board takes it at all. */
  readonly board: string | undefined;
  /** MiB that this board has left. */
  readonly left: number;
  readonly movable: boolean;
}

/** Which pods a cluster's boards hold, and which do not fit. */
export interface MemoryBudget {
  readonly boards: readonly BoardBudget[];
  /** Pods for which there is no room. */
  readonly shortages: readonly Shortage[];
  /** Names of workloads that have room here, but might not if the scheduler placed the others otherwise. */
  readonly uncertain: readonly string[];
}

/** Thrown where the workloads do not fit the boards, with every pod that does not. Pulumi shows a RunError without a stack. */
export class MemoryBudgetError extends RunError {
  readonly shortages: readonly Shortage[];
  constructor({ shortages, boards }: MemoryBudget) {
    const lines = shortages.map((shortage) => `  ${shortageText(shortage)}`);
    const short = new Set(shortages.map(({ board }) => board));
    const plans = boards
      .filter(({ board }) => short.has(board.name))
      .map(({ board }) => `  ${planText(board)}`);
    const fix =
      "Give a board more RAM, add a board, move what is tied to it to another, or leave an app out.";
    super(["These do not fit into the boards' memory:", ...lines, "where", ...plans, fix].join("\n"));
    this.name = "MemoryBudgetError";
    this.shortages = shortages;
  }
}

/** `gogs needs 128Mi on pi3-2, which has 96Mi left: 32Mi too much`. */
export function shortageText({ name, memory, board, left, movable }: Shortage): string {
  if (board === undefined) return `${name} needs ${memory}Mi, but no board takes it`;
  const where = movable ? `; the board with the most room, ${board}, has` : ` on ${board}, which has`;
  return `${name} needs ${memory}Mi${where} ${left}Mi left: ${memory - left}Mi too much`;
}

/** The arithmetic of a board: `pi3-2: 512 MiB of RAM − 101 firmware and kernel − … = 0Mi for pods`. */
function planText({ name, ram, memory }: PlannedBoard): string {
  const { capacity, systemReserved, kubeReserved, evictionHard, allocatable } = memory;
  const terms = [
    `${ram} MiB of RAM`,
    `${ram - capacity} firmware and kernel`,
    `${systemReserved} system`,
    `${kubeReserved} Kubernetes`,
    `${evictionHard} eviction`,
  ];
  return `${name}: ${terms.join(" − ")} = ${allocatable}Mi for pods${allocatable === 0 ? ", none" : ""}`;
}

/**
 * Places every pod: what is tied to a board first, then the others, higher priority and larger first, each on
 * the board with the most room, as the scheduler does.
 *
 * @param boards the cluster's boards
 * @param workloads everything that runs on them, kubeadm's own pods included
 */
export function memoryBudget(
  boards: readonly PlannedBoard[],
  workloads: readonly (StaticPod | Workload)[],
): MemoryBudget {
  const budgets = boards.map((board) => ({ board, held: [] as HeldPod[], left: board.memory.allocatable }));
  const shortages: Shortage[] = [];
  const place = ({ name, memory, movable, candidates }: Pod) => {
    const open = budgets.filter(({ board }) => candidates.includes(board));
    const roomiest = open.reduce<(typeof open)[number] | undefined>(
      (most, each) => (most && most.left >= each.left ? most : each),
      undefined,
    );
    if (!roomiest || roomiest.left < memory) {
      shortages.push({ name, memory, movable, board: roomiest?.board.name, left: roomiest?.left ?? 0 });
      return;
    }
    roomiest.held.push({ name, memory, movable });
    roomiest.left -= memory;
  };

  const pods = workloads.flatMap((workload) => podsOf(workload, boards)).sort(byPriorityThenSize);
  pods.filter(({ movable }) => !movable).forEach(place);
  pods.filter(({ movable }) => movable).forEach(place);
  return { boards: budgets, shortages, uncertain: uncertainOf(pods) };
}

/**
 * The budget of workloads that fit.
 *
 * @throws MemoryBudgetError with every pod for which there is no room
 */
export function requireFit(
  boards: readonly PlannedBoard[],
  workloads: readonly (StaticPod | Workload)[],
): MemoryBudget {
  const budget = memoryBudget(boards, workloads);
  if (budget.shortages.length > 0) throw new MemoryBudgetError(budget);
  return budget;
}

interface Pod {
  readonly name: string;
  readonly memory: number;
  readonly priority: number;
  readonly movable: boolean;
  readonly candidates: readonly PlannedBoard[];
}

function podsOf(workload: StaticPod | Workload, boards: readonly PlannedBoard[]): Pod[] {
  const memory = Math.ceil(memoryRequest(workload.pod));
  const candidates = boards.filter((board) => mayRunOn(board, workload));
  const pod = { name: workload.name, memory, priority: priorityOf(workload.pod) };
  if (workload.kind === "DaemonSet") {
    return candidates.map((board) => ({ ...pod, movable: false, candidates: [board] }));
  }
  const movable = pinnedTo(workload.pod) === undefined;
  return Array.from({ length: workload.replicas }, () => ({ ...pod, movable, candidates }));
}

function byPriorityThenSize(a: Pod, b: Pod): number {
  return b.priority - a.priority || b.memory - a.memory;
}

/**
 * The worst case: a pod is sure of its room only if the pods that it cannot push out, those of its priority and
 * above, leave it some however they are placed. What is tied to a board stays there; the movable ones are assumed
 * to crowd where they hurt most.
 */
function uncertainOf(pods: readonly Pod[]): string[] {
  const uncertain = pods.filter((pod) => {
    const rivals = pods.filter((other) => other !== pod && other.priority >= pod.priority);
    const crowd = memoryOf(rivals.filter(({ movable }) => movable));
    const toBlock = pod.candidates.map((board) => {
      const tied = rivals.filter(({ movable, candidates }) => !movable && candidates.includes(board));
      return Math.max(0, board.memory.allocatable - memoryOf(tied) - pod.memory + 1);
    });
    return crowd >= toBlock.reduce((total, each) => total + each, 0);
  });
  return [...new Set(uncertain.map(({ name }) => name))];
}

function memoryOf(pods: readonly Pod[]): number {
  return pods.reduce((total, { memory }) => total + memory, 0);
}
