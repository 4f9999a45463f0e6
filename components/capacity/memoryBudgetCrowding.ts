import type { BoardNode } from "../board/board.ts";
import { amountOf, type PlannedPod, roomOf } from "./boardRoom.ts";
import type { Load } from "../workload/workload.ts";

/** What it takes to fill a board so that a pod has no room on it: at least this much of what could be put there. */
interface Filling {
  /** Share of all movable rivals. Infinite where they are not enough. */
  readonly share: number;
  /** Number of them. */
  readonly pods: number;
}

/** How much it takes to keep a workload's pod off all boards, with everything placed where it hurts most. */
interface Siege {
  readonly pod: PlannedPod;
  /** For each candidate. */
  readonly fillings: ReadonlyMap<number, Filling>;
  /** Number of candidates that the rivals are not enough for. */
  readonly safe: number;
  /** What it takes for all others together. */
  readonly sum: Filling;
  /** Number of resources by which rivals could fill a board: each may be used up once. */
  readonly resources: number;
  /** Number of movable rivals. */
  readonly rivals: number;
}

/**
 * Finds the workloads whose pods are sure of their room: however the scheduler places the pods that they cannot
 * push out (those of their priority and above), some board has room for them. What is tied to a board stays there;
 * what can move is assumed to crowd. The answer is safe: a workload that is not named finds room in truth, one that
 * is named might not.
 */
export class Crowding {
  readonly #sieges: readonly Siege[];

  constructor(boards: readonly BoardNode[], pods: readonly PlannedPod[]) {
    this.#sieges = siegesOf(boards, pods);
  }

  /**
   * Names of the workloads that might find no room.
   *
   * @param without a board that is gone; what is tied to it is not counted
   */
  uncertain(without?: number): string[] {
    const named = this.#sieges.filter(({ pod, fillings, safe, sum, resources, rivals }) => {
      const lost = without === undefined ? undefined : fillings.get(without);
      if (lost && fillings.size === 1 && !pod.movable) return false;
      const isSafe = safe > (lost?.share === Infinity ? 1 : 0);
      const { share, pods } = lost && lost.share !== Infinity ? lost : nothing;
      // Rounding must not make a workload certain.
      return !isSafe && sum.share - share <= resources + 1e-9 && sum.pods - pods <= rivals;
    });
    return [...new Set(named.map(({ pod }) => pod.name))];
  }
}

const nothing: Filling = { share: 0, pods: 0 };

/** What rivals of a priority and above take, of each board and where they can move. */
class Rivals {
  readonly #tied: Map<string, number>[];
  readonly #near: Map<string, number>[];
  readonly #all = new Map<string, number>();
  readonly #largest = new Map<string, number>();
  #count = 0;

  constructor(boards: readonly BoardNode[]) {
    this.#tied = boards.map(() => new Map<string, number>());
    this.#near = boards.map(() => new Map<string, number>());
  }

  add({ needs, movable, candidates }: PlannedPod, count: number): void {
    if (movable) this.#count += count;
    for (const [resource, amount] of needs) {
      if (movable) {
        increase(this.#all, resource, count * amount);
        this.#largest.set(resource, Math.max(amount, this.#largest.get(resource) ?? 0));
      }
      for (const board of candidates) {
        increase((movable ? this.#near : this.#tied)[board], resource, count * amount);
      }
    }
  }

  /** What of a resource is tied to a board. */
  tied = (board: number, resource: string) => this.#tied[board]?.get(resource) ?? 0;
  /** What of a resource can move to a board. */
  near = (board: number, resource: string) => this.#near[board]?.get(resource) ?? 0;
  /** What of a resource can move at all. */
  all = (resource: string) => this.#all.get(resource) ?? 0;
  /** The most that one of them needs of a resource. */
  largest = (resource: string) => this.#largest.get(resource) ?? 0;

  /** How many can move. */
  get count(): number {
    return this.#count;
  }
}

function siegesOf(boards: readonly BoardNode[], pods: readonly PlannedPod[]): Siege[] {
  const rooms = boards.map(roomOf);
  const rivals = new Rivals(boards);
  const groups = groupsOf(pods);
  const priorities = [...new Set(groups.map(({ pod }) => pod.priority))].sort((a, b) => b - a);
  return priorities.flatMap((priority) => {
    const level = groups.filter(({ pod }) => pod.priority === priority);
    for (const { pod, count } of level) rivals.add(pod, count);
    return level.map(({ pod }) => siegeOf(pod, rooms, rivals));
  });
}

function siegeOf(pod: PlannedPod, rooms: readonly ReadonlyMap<string, number>[], rivals: Rivals): Siege {
  const exhausted = new Set<string>();
  const fillingOf = (board: number): Filling => {
    let share = Infinity;
    let pods = Infinity;
    for (const [resource, need] of pod.needs) {
      if (need === 0) continue;
      const tied = rivals.tied(board, resource) - (pod.movable ? 0 : need);
      // One unit more than what must stay free for the pod.
      const toFill = amountOf(rooms[board] ?? new Map(), resource) - tied - need + 1;
      const itself = pod.movable ? need : 0;
      if (toFill <= 0) return nothing;
      if (rivals.near(board, resource) - itself < toFill) continue;
      exhausted.add(resource);
      share = Math.min(share, toFill / (rivals.all(resource) - itself));
      pods = Math.min(pods, Math.ceil(toFill / rivals.largest(resource)));
    }
    return { share, pods };
  };
  const fillings = new Map(pod.candidates.map((board) => [board, fillingOf(board)]));
  const finite = [...fillings.values()].filter(({ share }) => share !== Infinity);
  const sum = finite.reduce((a, b) => ({ share: a.share + b.share, pods: a.pods + b.pods }), nothing);
  const safe = fillings.size - finite.length;
  const others = rivals.count - (pod.movable ? 1 : 0);
  return { pod, fillings, safe, sum, resources: exhausted.size, rivals: others };
}

interface Group {
  readonly pod: PlannedPod;
  readonly count: number;
}

/** Pods of one workload are alike, but those of a DaemonSet, each of which has a board of its own. */
function groupsOf(pods: readonly PlannedPod[]): Group[] {
  const counts = new Map<Load | PlannedPod, { pod: PlannedPod; count: number }>();
  for (const pod of pods) {
    const key = pod.load.kind === "DaemonSet" ? pod : pod.load;
    const known = counts.get(key);
    if (known) known.count += 1;
    else counts.set(key, { pod, count: 1 });
  }
  return [...counts.values()];
}

function increase(amounts: Map<string, number> | undefined, resource: string, by: number): void {
  amounts?.set(resource, (amounts.get(resource) ?? 0) + by);
}
