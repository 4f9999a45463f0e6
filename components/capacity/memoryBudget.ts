import { RunError } from "@pulumi/pulumi";
import type { BoardNode, PlannedBoard } from "../board/board.ts";
import type { Load } from "../workload/workload.ts";
import { BoardRooms, type PlannedPod, podsOf } from "./boardRoom.ts";
import { Crowding } from "./memoryBudgetCrowding.ts";
import { placeSomehow } from "./memoryBudgetSearch.ts";
import { controlPlaneText, planText, type Shortage, shortageOf, shortageText } from "./shortage.ts";

export { type Shortage, shortageText } from "./shortage.ts";

/** A pod on a board. */
export interface HeldPod {
  /** Name of its workload. */
  readonly name: string;
  readonly kind: Load["kind"];
  /** Its memory request in MiB. */
  readonly memory: number;
  /** Its memory limit in MiB; infinite without one. */
  readonly limit: number;
  /** Whether it could run on another board as well. */
  readonly movable: boolean;
}

/** What a board holds and has left. */
export interface BoardBudget<Board extends BoardNode = PlannedBoard> {
  readonly board: Board;
  readonly held: readonly HeldPod[];
  /** MiB of its allocatable that no pod requests. */
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
}

/** Thrown where the workloads do not fit the boards, with every pod that does not. Pulumi shows a RunError without a stack. */
export class MemoryBudgetError extends RunError {
  readonly shortages: readonly Shortage[];
  constructor({ shortages, boards }: MemoryBudget) {
    const lines = shortages.map((shortage) => `  ${shortageText(shortage)}`);
    const short = new Set(shortages.map(({ board }) => board));
    const concerned = boards.filter(({ board }) => short.has(board.name)).map(({ board }) => board);
    const plans = concerned.map((board) => `  ${planText(board)}`);
    const starved = concerned.filter(({ role, name }) =>
      shortages.some(({ board, isStatic }) => role === "controlPlane" && board === name && isStatic),
    );
    const fix =
      "Use a board with more RAM, add a board, move what is tied to it to another, or remove an app.";
    const why = starved.map(controlPlaneText);
    super(["These pods do not fit on the boards:", ...lines, "where", ...plans, ...why, fix].join("\n"));
    this.name = "MemoryBudgetError";
    this.shortages = shortages;
  }
}

/** A budget, the rooms in which its pods are, and which of them are sure of theirs. */
export interface PlacedBudget<Board extends BoardNode> {
  readonly budget: MemoryBudget<Board>;
  readonly rooms: BoardRooms;
  readonly crowding: Crowding;
}

/**
 * Places every pod: what is tied to a board first, then the others, higher priority and larger first, each on
 * the board that the scheduler would likely take. Where one finds no room so, any other placement will do: a
 * shortage is a pod that has no place in any.
 *
 * @param boards the cluster's boards
 * @param loads everything that runs on them, kubeadm's own pods included
 */
export function memoryBudget<Board extends BoardNode>(
  boards: readonly Board[],
  loads: readonly Load[],
): MemoryBudget<Board> {
  return placedBudget(boards, loads).budget;
}

/** The same with where every pod is, for what asks on. */
export function placedBudget<Board extends BoardNode>(
  boards: readonly Board[],
  loads: readonly Load[],
): PlacedBudget<Board> {
  const pods = podsOf(boards, loads).sort(byPriorityThenSize);
  const tied = pods.filter(({ movable }) => !movable);
  const movable = pods.filter((pod) => pod.movable);
  const likely = new BoardRooms(boards);
  const homeless = [...placeAll(likely, tied), ...placeAll(likely, movable)];
  const { rooms, without } =
    homeless.length > 0 && homeless.every((shortage) => shortage.movable)
      ? somehow(boards, tied, movable, { rooms: likely, without: homeless })
      : { rooms: likely, without: homeless };
  const crowding = new Crowding(boards, pods);
  const budget = {
    boards: boards.map((board, index) => boardBudget(board, rooms.held(index))),
    shortages: without,
    uncertain: crowding.uncertain(),
  };
  return { budget, rooms, crowding };
}

/**
 * The budget of workloads that fit.
 *
 * @throws MemoryBudgetError with every pod for which there is no room
 */
export function requireFit(boards: readonly PlannedBoard[], loads: readonly Load[]): MemoryBudget {
  const budget = memoryBudget(boards, loads);
  if (budget.shortages.length > 0) throw new MemoryBudgetError(budget);
  return budget;
}

interface Attempt {
  readonly rooms: BoardRooms;
  readonly without: readonly Shortage[];
}

function somehow(
  boards: readonly BoardNode[],
  tied: readonly PlannedPod[],
  movable: readonly PlannedPod[],
  otherwise: Attempt,
): Attempt {
  const rooms = new BoardRooms(boards);
  placeAll(rooms, tied);
  return placeSomehow(rooms, movable) ? { rooms, without: [] } : otherwise;
}

/** Puts pods one after the other; returns those that found no room, and why at that moment. */
function placeAll(rooms: BoardRooms, pods: readonly PlannedPod[]): Shortage[] {
  return pods.flatMap((pod) => {
    const board = rooms.choose(pod);
    if (board === undefined) return [shortageOf(rooms, pod)];
    rooms.put(board, pod);
    return [];
  });
}

function boardBudget<Board extends BoardNode>(board: Board, pods: readonly PlannedPod[]): BoardBudget<Board> {
  const held = pods.map(({ name, load, needs, limit, movable }) => {
    return { name, kind: load.kind, memory: needs.get("memory") ?? 0, limit, movable };
  });
  const requested = held.reduce((total, { memory }) => total + memory, 0);
  const limits = held.reduce((total, { limit }) => total + limit, 0);
  return { board, held, left: board.memory.allocatable - requested, limits };
}

function byPriorityThenSize(a: PlannedPod, b: PlannedPod): number {
  return b.priority - a.priority || (b.needs.get("memory") ?? 0) - (a.needs.get("memory") ?? 0);
}
