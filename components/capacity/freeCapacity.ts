import type { BoardNode } from "../board/board.ts";
import type { Load } from "../workload/workload.ts";
import type { OtherPod } from "./otherPods.ts";
import { mayRunOn, pinnedTo, preference, priorityOf } from "./placement.ts";
import { type Amounts, memoryLimit, needsOf } from "./podNeeds.ts";

/**
 * MiB of a board's disk for images, logs and emptyDirs: what a card sold as 16 GB holds beside its boot partition,
 * less the 10 % at which the kubelet evicts (`nodefs.available`). No board is known to have less.
 */
export const boardStorage = { capacity: 14_336, allocatable: 12_902 } as const;

/** A pod that there is to be, before it has a board; or one that is not bramble's. */
export interface PlannedPod {
  readonly load: Load | OtherPod;
  readonly name: string;
  readonly needs: Amounts;
  /** Its memory limit in MiB; infinite without one. */
  readonly limit: number;
  readonly priority: number;
  /** Whether it could run on another board as well. */
  readonly movable: boolean;
  /** Indices of the boards that take it. */
  readonly candidates: readonly number[];
}

/** A pod that is not bramble's, on its board. */
export interface RunningPod extends PlannedPod {
  readonly load: OtherPod;
  /** Index of the board where it runs. */
  readonly at: number;
}

/** The pods of everything that runs, one for each replica and one of a DaemonSet for each board that takes it. */
export function podsOf(boards: readonly BoardNode[], loads: readonly Load[]): PlannedPod[] {
  return loads.flatMap((load) => {
    const candidates = boards.flatMap((board, index) => (mayRunOn(board, load) ? [index] : []));
    const { name, kind, replicas, pod } = load;
    const common = { load, name, needs: needsOf(pod), limit: memoryLimit(pod), priority: priorityOf(pod) };
    if (kind === "DaemonSet") {
      return candidates.map((index) => ({ ...common, movable: false, candidates: [index] }));
    }
    const movable = pinnedTo(pod) === undefined;
    return Array.from({ length: replicas }, () => ({ ...common, movable, candidates }));
  });
}

/** Pods that run already, as far as they run on one of the boards. */
export function runningPods(boards: readonly BoardNode[], pods: readonly OtherPod[]): RunningPod[] {
  return pods.flatMap((load) => {
    const { name, kind, pod } = load;
    const at = boards.findIndex((board) => board.name === load.board);
    if (at < 0) return [];
    // Without its controller it is gone with its board; those of a DaemonSet and a kubelet go with it, too.
    const movable = restarted.includes(kind) && pinnedTo(pod) === undefined;
    // It may have chosen its board by a label that only the cluster knows.
    const candidates = boards.flatMap((board, index) =>
      index === at || (movable && mayRunOn(board, load)) ? [index] : [],
    );
    return [
      {
        ...{ load, name, at, movable, candidates },
        ...{ needs: needsOf(pod), limit: memoryLimit(pod), priority: priorityOf(pod) },
      },
    ];
  });
}

/** Controllers that start a pod again on another board. */
const restarted: readonly OtherPod["kind"][] = ["Deployment", "StatefulSet", "Job"];

/** What a board may give to pods. */
export function allocatableOf({ cores, memory }: BoardNode): Amounts {
  return new Map([
    ["memory", memory.allocatable],
    ["cpu", cores * 1000],
    ["ephemeral-storage", boardStorage.allocatable],
    ["pods", memory.maxPods],
  ]);
}

/** How much of an amount there is: of a host port one, of everything else what is named. */
export function amountOf(amounts: Amounts, resource: string): number {
  return amounts.get(resource) ?? (resource.startsWith("port ") ? 1 : 0);
}

/** Boards that are filled with pods, the way the scheduler does it. */
export class FreeCapacity {
  readonly boards: readonly BoardNode[];
  readonly #free: Map<string, number>[];
  readonly #held: Set<PlannedPod>[];

  constructor(boards: readonly BoardNode[]) {
    this.boards = boards;
    this.#free = boards.map((board) => new Map(allocatableOf(board)));
    this.#held = boards.map(() => new Set());
  }

  /** The same boards with the same pods, to be changed without changing these. */
  copy(): FreeCapacity {
    const copy = new FreeCapacity(this.boards);
    this.#free.forEach((free, board) => (copy.#free[board] = new Map(free)));
    this.#held.forEach((held, board) => (copy.#held[board] = new Set(held)));
    return copy;
  }

  /** What a board has left of a resource. */
  free(board: number, resource: string): number {
    return amountOf(this.#free[board] ?? nothing, resource);
  }

  /** The pods on a board, in the order in which they came. */
  held(board: number): readonly PlannedPod[] {
    return [...(this.#held[board] ?? [])];
  }

  /** What a pod lacks on a board, if anything: memory before everything else. */
  missing(board: number, { needs }: PlannedPod): string | undefined {
    return missingIn(this.#free[board] ?? nothing, needs);
  }

  put(board: number, pod: PlannedPod): void {
    this.#held[board]?.add(pod);
    change(this.#free[board], pod.needs, -1);
  }

  remove(board: number, pod: PlannedPod): void {
    if (this.#held[board]?.delete(pod)) change(this.#free[board], pod.needs, 1);
  }

  /** The board that the scheduler would choose among those that have room: preferred, without its like, with the most memory free. */
  choose(pod: PlannedPod, boards = pod.candidates): number | undefined {
    let best: { board: number; score: readonly number[] } | undefined;
    for (const board of boards) {
      if (this.missing(board, pod) !== undefined) continue;
      const score = this.#score(board, pod);
      if (best === undefined || isBetter(score, best.score)) best = { board, score };
    }
    return best?.board;
  }

  /** Pods of a lower priority that must go from a board so that a pod has room; undefined where that is not enough. */
  victims(board: number, pod: PlannedPod): PlannedPod[] | undefined {
    const lower = this.held(board)
      .filter(({ priority }) => priority < pod.priority)
      .sort((a, b) => b.priority - a.priority);
    const free = new Map(this.#free[board]);
    for (const each of lower) change(free, each.needs, 1);
    if (missingIn(free, pod.needs) !== undefined) return undefined;
    change(free, pod.needs, -1);
    // Those that find room beside it stay, the highest first.
    return lower.filter(({ needs }) => {
      const goes = missingIn(free, needs) !== undefined;
      if (!goes) change(free, needs, -1);
      return goes;
    });
  }

  #score(board: number, pod: PlannedPod): readonly number[] {
    const planned = this.boards[board];
    if (planned === undefined) return [];
    const { load } = pod;
    let alike = 0;
    if (load.replicas > 1) for (const other of this.#held[board] ?? []) if (other.load === load) alike += 1;
    return [load.pod.affinity ? preference(planned, load) : 0, -alike, this.free(board, "memory")];
  }
}

function missingIn(free: Amounts, needs: Amounts): string | undefined {
  for (const [resource, amount] of needs) {
    // What a pod does not need it does not lack, not even on a board that has less than none of it.
    if (amount > 0 && amount > amountOf(free, resource)) return resource;
  }
  return undefined;
}

const nothing: Amounts = new Map();

function change(free: Map<string, number> | undefined, needs: Amounts, sign: 1 | -1): void {
  for (const [resource, amount] of needs) free?.set(resource, amountOf(free, resource) + sign * amount);
}

function isBetter(score: readonly number[], than: readonly number[]): boolean {
  const at = score.findIndex((value, index) => value !== than[index]);
  return at >= 0 && (score[at] ?? 0) > (than[at] ?? 0);
}
