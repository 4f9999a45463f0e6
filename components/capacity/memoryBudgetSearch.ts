import type { BoardRooms, PlannedPod } from "./boardRoom.ts";

/** Steps after which a search gives up: a fraction of a second. No home cluster needs as many. */
const patience = 100_000;

/**
 * Looks for any placement of pods that have no room where the scheduler would likely put them. What it finds it
 * leaves in the rooms; else they are as before.
 *
 * @param rooms boards with what is tied to them
 * @param pods what can move
 * @returns whether everything has a place; false too where the search was given up
 */
export function placeSomehow(rooms: BoardRooms, pods: readonly PlannedPod[]): boolean {
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
      if (rooms.lacking(board, pod) !== undefined) continue;
      // Boards that look alike need not be tried twice.
      const look = lookOf(rooms, board, order);
      if (tried.has(look)) continue;
      tried.add(look);
      rooms.put(board, pod);
      if (placeFrom(at + 1)) return true;
      rooms.remove(board, pod);
    }
    return false;
  };
  return placeFrom(0);
}

function lookOf(rooms: BoardRooms, board: number, pods: readonly PlannedPod[]): string {
  const resources = new Set(pods.flatMap(({ needs }) => [...needs.keys()]));
  const welcomes = pods.map(({ candidates }) => (candidates.includes(board) ? "y" : "n")).join("");
  return `${[...resources].map((resource) => rooms.free(board, resource)).join(",")} ${welcomes}`;
}
