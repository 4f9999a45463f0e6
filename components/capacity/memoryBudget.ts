import { RunError } from "@pulumi/pulumi";
import type { BoardNode, PlannedBoard } from "../board/board.ts";
import type { Load } from "../workload/workload.ts";
import { FreeCapacity, type PlannedPod, podsOf, type RunningPod, runningPods } from "./freeCapacity.ts";
import { crowding } from "./memoryBudgetCrowding.ts";
import { noOtherPods, type OtherPods } from "./otherPods.ts";
import { othersText, type ToldPod } from "./othersText.ts";
import { controlPlaneText, planText, type Shortage, shortageOf, shortageText } from "./shortage.ts";

/** A pod on a board. */
export interface HeldPod extends ToldPod, Pick<PlannedPod, "limit" | "movable"> {
  readonly kind: PlannedPod["load"]["kind"];
  /** Its memory request in MiB. */
  readonly memory: number;
}

/** What a board holds and has left. */
export interface BoardBudget<Board extends BoardNode = PlannedBoard> {
  readonly board: Board;
  readonly held: readonly HeldPod[];
  /** MiB of its allocatable that no pod requests; less than 0 where pods that are not bramble's take more than that. */
  readonly left: number;
  /** MiB that its pods may take together before each is stopped at its limit; infinite if one has none. */
  readonly limits: number;
}

/** Which pods a cluster's boards hold, and which do not fit. */
export interface MemoryBudget<Board extends BoardNode = PlannedBoard> {
  readonly boards: readonly BoardBudget<Board>[];
  /** Pods for which there is no room, wherever the others are put. */
  readonly shortages: readonly Shortage[];
  /** Names of workloads that have room here, but might not if the scheduler placed the others otherwise. */
  readonly uncertain: readonly string[];
  /**
   * Names of workloads that are not bramble's whose pods Kubernetes might evict for one of bramble's, of a higher
   * priority, if the scheduler placed the others otherwise.
   */
  readonly atRisk: readonly string[];
}

/** Thrown where the workloads do not fit the boards, with every pod that does not. Pulumi shows a RunError without a stack. */
export class MemoryBudgetError extends RunError {
  constructor({ shortages, boards }: MemoryBudget) {
    const lines = shortages.map((shortage) => `  ${shortageText(shortage)}`);
    const short = new Set(shortages.map(({ board }) => board));
    const budgets = boards.filter(({ board }) => short.has(board.name));
    const concerned = budgets.map(({ board }) => board);
    const plans = budgets.flatMap(({ board, held }) => [`  ${planText(board)}`, ...heldLines(held)]);
    const others = othersLines(shortages, boards);
    const starved = concerned.filter(({ role, name }) =>
      shortages.some(({ board, isStatic }) => role === "controlPlane" && board === name && isStatic),
    );
    const fix =
      "Use a board with more RAM, add a board, move what is tied to it to another, or remove an app.";
    const why = starved.map(controlPlaneText);
    const text = [
      "These pods do not fit on the boards:",
      ...lines,
      "where",
      ...plans,
      ...others,
      ...why,
      fix,
    ];
    super([...text, ...(others.length > 0 ? [othersFix] : [])].join("\n"));
    this.name = "MemoryBudgetError";
  }
}

/** What a board that is too small holds already: the app that was added last may not be the one without a place. */
function heldLines(held: readonly HeldPod[]): string[] {
  const sized = held.filter(({ memory }) => memory > 0).toSorted((a, b) => b.memory - a.memory);
  if (sized.length === 0) return [];
  return [`    of which ${sized.map(({ name, memory }) => `${name} has ${memory}Mi`).join(", ")}`];
}

const othersFix =
  "What is not bramble's is never evicted to make space: stop it, move it to another board, or lower its requests.";

/** What else is on the boards that have too little. */
function othersLines(shortages: readonly Shortage[], boards: readonly BoardBudget[]): string[] {
  // A pod that can move finds too little on every board.
  const isConcerned = (board: string, each: Shortage) => each.board === board || each.movable;
  return boards.flatMap(({ board: { name }, held }) => {
    const short = shortages.filter((each) => isConcerned(name, each));
    const texts = new Set(
      short.map(({ resource, instead }) => othersText(held, instead?.resource ?? resource)),
    );
    return [...texts].flatMap((text) => (text === "" ? [] : [`  on ${name}, ${text}`]));
  });
}

/**
 * Places every pod: what is tied to a board first, then the others, higher priority and larger first, each on
 * the board that the scheduler would likely take. Where one finds no room so, any other placement will do: a
 * shortage is a pod that has no place in any.
 *
 * @param loads everything that runs on them, kubeadm's own pods included
 * @param others what else runs there. It stays where it is, whatever its priority. Default: nothing
 */
export function memoryBudget<Board extends BoardNode>(
  boards: readonly Board[],
  loads: readonly Load[],
  others?: OtherPods,
): MemoryBudget<Board> {
  return placedBudget(boards, loads, others).budget;
}

/**
 * The same with the boards as they are filled, and which workloads might find none without a board. What is not
 * bramble's moves then as well, and may be evicted.
 */
export function placedBudget<Board extends BoardNode>(
  boards: readonly Board[],
  loads: readonly Load[],
  running: OtherPods = noOtherPods,
) {
  const size = ({ needs }: PlannedPod) => needs.get("memory") ?? 0;
  const pods = podsOf(boards, loads).sort((a, b) => b.priority - a.priority || size(b) - size(a));
  const tied = pods.filter(({ movable }) => !movable);
  const movable = pods.filter((pod) => pod.movable);
  const others = runningPods(boards, running.staying);
  let capacity = new FreeCapacity(boards);
  let shortages = [...placeTied(capacity, tied, others), ...placeAll(capacity, movable)];
  if (shortages.length > 0 && shortages.every((shortage) => shortage.movable)) {
    const again = new FreeCapacity(boards);
    placeTied(again, tied, others);
    if (placeSomehow(again, movable)) [capacity, shortages] = [again, []];
  }
  const own = new Set(pods.map(({ name }) => name));
  const crowded = crowding(boards, [...pods, ...others.map(settled)]);
  const budget: MemoryBudget<Board> = {
    boards: boards.map((board, index) => boardBudget(board, capacity.held(index))),
    shortages,
    uncertain: crowded().filter((name) => own.has(name)),
    atRisk: others.length === 0 ? [] : atRisk(boards, pods, others, running),
  };
  // Without a board the scheduler treats all pods alike.
  const uncertain = others.length === 0 ? crowded : crowding(boards, [...pods, ...others]);
  return { budget, capacity, uncertain };
}

/** A pod that keeps its board, whoever else needs it. */
function settled(pod: RunningPod): PlannedPod {
  return { ...pod, movable: false, candidates: [pod.at], priority: Number.MAX_SAFE_INTEGER };
}

/**
 * What pods might push out that are sure of their place only so: the scheduler chooses victims of the lowest priority,
 * which are rarely bramble's own.
 */
function atRisk(
  boards: readonly BoardNode[],
  pods: readonly PlannedPod[],
  others: readonly RunningPod[],
  { placed, leaving }: OtherPods,
): string[] {
  const lowest = Math.min(...others.map(({ priority }) => priority));
  // Whoever came first holds off whoever comes later. What leaves does so after all of them have come.
  const equal = whereTheyAre(pods, runningPods(boards, placed)).map((pod) => ({ ...pod, priority: 0 }));
  const staying = [...others, ...runningPods(boards, leaving)].map(settled);
  const heldOff = new Set(crowding(boards, [...equal, ...staying])());
  const pushing = pods.filter(({ name, priority }) => priority > lowest && heldOff.has(name));
  const victims = others.filter(({ priority, at }) =>
    pushing.some((pod) => pod.priority > priority && pod.candidates.includes(at)),
  );
  return [...new Set(victims.map(({ name }) => name))];
}

/** Planned pods, those that run already tied to their boards: an update does not move them. */
function whereTheyAre(pods: readonly PlannedPod[], placed: readonly RunningPod[]): PlannedPod[] {
  const byName = Map.groupBy(placed, ({ name }) => name);
  return pods.map((pod) => {
    const { namespace, name } = pod.load;
    const alike = byName.get(`${namespace}/${name}`) ?? [];
    const index = alike.findIndex(({ at }) => pod.candidates.includes(at));
    const [running] = index < 0 ? [] : alike.splice(index, 1);
    // Pods of one load are taken to be alike, but these have boards of their own.
    return running ? { ...pod, movable: false, candidates: [running.at], load: { ...pod.load } } : pod;
  });
}

/**
 * The budget of workloads that fit.
 *
 * @throws MemoryBudgetError with every pod for which there is no room
 */
export function requireFit(
  boards: readonly PlannedBoard[],
  loads: readonly Load[],
  others?: OtherPods,
): MemoryBudget {
  const budget = memoryBudget(boards, loads, others);
  if (budget.shortages.length > 0) throw new MemoryBudgetError(budget);
  return budget;
}

/** Puts what has no choice. A kubelet starts its static pods whatever else is there, and what runs already runs. */
function placeTied(
  capacity: FreeCapacity,
  tied: readonly PlannedPod[],
  others: readonly RunningPod[],
): Shortage[] {
  const isStatic = ({ load }: PlannedPod) => load.kind === "StaticPod";
  const starved = placeAll(capacity, tied.filter(isStatic));
  for (const pod of others) capacity.put(pod.at, pod);
  return [
    ...starved,
    ...placeAll(
      capacity,
      tied.filter((pod) => !isStatic(pod)),
    ),
  ];
}

/** Puts pods one after the other; returns those that found no room, and why at that moment. */
function placeAll(capacity: FreeCapacity, pods: readonly PlannedPod[]): Shortage[] {
  return pods.flatMap((pod) => {
    const board = capacity.choose(pod);
    if (board === undefined) return [shortageOf(capacity, pod)];
    capacity.put(board, pod);
    return [];
  });
}

function boardBudget<Board extends BoardNode>(board: Board, pods: readonly PlannedPod[]): BoardBudget<Board> {
  const held = pods.map(({ name, load, needs, limit, movable }) => {
    const other = "source" in load ? load.source : undefined;
    return { name, kind: load.kind, memory: needs.get("memory") ?? 0, needs, limit, movable, other };
  });
  const requested = held.reduce((total, { memory }) => total + memory, 0);
  const limits = held.reduce((total, { limit }) => total + limit, 0);
  return { board, held, left: board.memory.allocatable - requested, limits };
}

/** Steps after which a search gives up: a fraction of a second. No home cluster needs as many. */
const patience = 100_000;

/**
 * Looks for any placement of pods that have no room where the scheduler would likely put them. What it finds it
 * leaves there; else they are as before.
 *
 * @param capacity boards with what is tied to them
 * @param pods what can move
 * @returns whether everything has a place; false too where the search was given up
 */
function placeSomehow(capacity: FreeCapacity, pods: readonly PlannedPod[]): boolean {
  const memory = ({ needs }: PlannedPod) => needs.get("memory") ?? 0;
  // The most awkward first: few boards, then large.
  const order = pods.toSorted((a, b) => a.candidates.length - b.candidates.length || memory(b) - memory(a));
  let steps = 0;
  const placeFrom = (at: number): boolean => {
    const pod = order[at];
    if (pod === undefined) return true;
    const tried = new Set<string>();
    for (const board of pod.candidates) {
      if (steps++ > patience) return false;
      if (capacity.missing(board, pod) !== undefined) continue;
      // Boards that look alike need not be tried twice.
      const look = lookOf(capacity, board, order);
      if (tried.has(look)) continue;
      tried.add(look);
      capacity.put(board, pod);
      if (placeFrom(at + 1)) return true;
      capacity.remove(board, pod);
    }
    return false;
  };
  return placeFrom(0);
}

function lookOf(capacity: FreeCapacity, board: number, pods: readonly PlannedPod[]): string {
  const resources = new Set(pods.flatMap(({ needs }) => [...needs.keys()]));
  const welcomes = pods.map(({ candidates }) => (candidates.includes(board) ? "y" : "n")).join("");
  return `${[...resources].map((resource) => capacity.free(board, resource)).join(",")} ${welcomes}`;
}
