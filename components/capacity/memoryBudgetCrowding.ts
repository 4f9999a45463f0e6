import type { BoardNode } from "../board/board.ts";
import { amountOf, type PlannedPod, allocatableOf } from "./freeCapacity.ts";
import type { Amounts } from "./podNeeds.ts";

/** What it takes to fill a board so that a pod has no room on it: at least this much of what could be put there. */
interface Filling {
  /** Share of all movable rivals. Infinite where they are not enough. */
  readonly share: number;
  /** Number of them. */
  readonly pods: number;
}

const nothing: Filling = { share: 0, pods: 0 };

/**
 * Finds the workloads whose pods are sure of their room: however the scheduler places the pods that they cannot
 * push out (those of their priority and above), some board has room for them. What is tied to a board stays there;
 * what can move is assumed to crowd. The answer is safe: a workload that is not named finds room in truth, one that
 * is named might not.
 *
 * @returns names the workloads that might find no room, without a board that is gone: what is tied to that is not
 *   counted
 */
export function crowding(
  boards: readonly BoardNode[],
  pods: readonly PlannedPod[],
): (without?: number) => string[] {
  const allocatable = boards.map(allocatableOf);
  const rivals = new Rivals(boards);
  const groups = groupsOf(pods);
  const priorities = [...new Set(groups.map(({ pod }) => pod.priority))].sort((a, b) => b - a);
  const sieges = priorities.flatMap((priority) => {
    const level = groups.filter(({ pod }) => pod.priority === priority);
    for (const { pod, count } of level) rivals.add(pod, count);
    return level.map(({ pod }) => ({ name: pod.name, mayHold: siegeOf(pod, allocatable, rivals) }));
  });
  return (without) => {
    const named = sieges.filter(({ mayHold }) => mayHold(without));
    return [...new Set(named.map(({ name }) => name))];
  };
}

/** Sums by name. */
class Sums extends Map<string, number> {
  override get(name: string): number {
    return super.get(name) ?? 0;
  }
  add(name: string, amount: number): void {
    this.set(name, this.get(name) + amount);
  }
}

/** What rivals of a priority and above take, by resource. */
class Rivals {
  /** What is tied to a board, and what can move to it. */
  readonly boards: readonly { readonly tied: Sums; readonly near: Sums }[];
  /** What can move at all. */
  readonly all = new Sums();
  /** The most that one of those needs. */
  readonly largest = new Sums();
  /** How many can move. */
  count = 0;

  constructor(boards: readonly BoardNode[]) {
    this.boards = boards.map(() => ({ tied: new Sums(), near: new Sums() }));
  }

  add({ needs, movable, candidates }: PlannedPod, count: number): void {
    if (movable) this.count += count;
    for (const [resource, amount] of needs) {
      if (movable) {
        this.all.add(resource, count * amount);
        this.largest.set(resource, Math.max(amount, this.largest.get(resource)));
      }
      for (const board of candidates) {
        this.boards[board]?.[movable ? "near" : "tied"].add(resource, count * amount);
      }
    }
  }
}

/** Whether a workload's pod may be kept off all boards but one that is gone, with everything placed where it hurts most. */
function siegeOf(
  pod: PlannedPod,
  allocatable: readonly Amounts[],
  rivals: Rivals,
): (without?: number) => boolean {
  // Resources by which rivals could fill a board: each may be used up once.
  const exhausted = new Set<string>();
  const fillingOf = (board: number): Filling => {
    const [amounts, there] = [allocatable[board], rivals.boards[board]];
    if (!amounts || !there) return nothing;
    let share = Infinity;
    let pods = Infinity;
    for (const [resource, need] of pod.needs) {
      if (need === 0) continue;
      const tied = there.tied.get(resource) - (pod.movable ? 0 : need);
      // One unit more than what must stay free for the pod.
      const toFill = amountOf(amounts, resource) - tied - need + 1;
      const itself = pod.movable ? need : 0;
      if (toFill <= 0) return nothing;
      if (there.near.get(resource) - itself < toFill) continue;
      exhausted.add(resource);
      share = Math.min(share, toFill / (rivals.all.get(resource) - itself));
      pods = Math.min(pods, Math.ceil(toFill / rivals.largest.get(resource)));
    }
    return { share, pods };
  };
  const fillings = new Map(pod.candidates.map((board) => [board, fillingOf(board)]));
  const finite = [...fillings.values()].filter(({ share }) => share !== Infinity);
  const sum = finite.reduce((a, b) => ({ share: a.share + b.share, pods: a.pods + b.pods }), nothing);
  // Boards that the rivals are not enough for.
  const safe = fillings.size - finite.length;
  const others = rivals.count - (pod.movable ? 1 : 0);
  return (without) => {
    const lost = without === undefined ? undefined : fillings.get(without);
    if (lost && fillings.size === 1 && !pod.movable) return false;
    const isSafe = safe > (lost?.share === Infinity ? 1 : 0);
    const { share, pods } = lost && lost.share !== Infinity ? lost : nothing;
    // Rounding must not make a workload certain.
    return !isSafe && sum.share - share <= exhausted.size + 1e-9 && sum.pods - pods <= others;
  };
}

/** Pods of one workload are alike, but those of a DaemonSet, each of which has a board of its own. */
function groupsOf(pods: readonly PlannedPod[]): { readonly pod: PlannedPod; count: number }[] {
  const groups = new Map<PlannedPod | PlannedPod["load"], { readonly pod: PlannedPod; count: number }>();
  for (const pod of pods) {
    const key = pod.load.kind === "DaemonSet" ? pod : pod.load;
    const known = groups.get(key);
    if (known) known.count += 1;
    else groups.set(key, { pod, count: 1 });
  }
  return [...groups.values()];
}
