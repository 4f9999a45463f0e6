import type { PlannedBoard } from "../board/board.ts";
import { amountOf, type FreeCapacity, type PlannedPod } from "./freeCapacity.ts";

/** A pod that does not fit. */
export type Shortage = ReturnType<typeof shortageOf>;

/** Why a pod has no place on the boards as they are. */
export function shortageOf(capacity: FreeCapacity, pod: PlannedPod) {
  const { name, needs, movable, candidates, load } = pod;
  const lacked = new Set(candidates.map((board) => capacity.missing(board, pod)));
  const [only = "memory"] = lacked;
  const resource = lacked.size > 1 ? "memory" : only;
  const [freest] = candidates.toSorted((a, b) => capacity.free(b, resource) - capacity.free(a, resource));
  return {
    name,
    /** What it lacks: `memory`, `cpu`, `pods`, `ephemeral-storage`, or a host port as `port TCP 443`. */
    resource,
    /** How much of it the pod needs: MiB, millicores, or one. */
    needed: amountOf(needs, resource),
    /** The board it is tied to, or else the one with the most room; undefined if no board takes it at all. */
    board: freest === undefined ? undefined : capacity.boards[freest]?.name,
    /** How much of it this board has left. */
    left: freest === undefined ? 0 : capacity.free(freest, resource),
    /** What this board lacks instead, where it has enough of that. */
    instead: freest === undefined ? undefined : lackedInstead(capacity, pod, freest, resource),
    movable,
    /** Whether it is of the control plane itself. */
    isStatic: load.kind === "StaticPod",
  };
}

function lackedInstead(capacity: FreeCapacity, pod: PlannedPod, board: number, resource: string) {
  const lacked = capacity.missing(board, pod);
  if (lacked === undefined || lacked === resource) return undefined;
  return { resource: lacked, needed: amountOf(pod.needs, lacked), left: capacity.free(board, lacked) };
}

/** `gogs needs 128Mi on pi3-2, which has 96Mi left: 32Mi too much`. */
export function shortageText({ name, resource, needed, board, left, instead, movable }: Shortage): string {
  const quantity = quantities[resource];
  if (board === undefined) {
    return `${name} needs ${quantity?.(needed) ?? resource}, but its labels or tolerations match no board`;
  }
  if (quantity === undefined) {
    const where = movable ? "every board that it can run on" : board;
    return `${name} needs ${portText(resource)}, which is already in use on ${where}`;
  }
  const where = movable ? `; the board with the most left, ${board}, has` : ` on ${board}, which has`;
  const excess = needed > left ? `: ${quantity(needed - left)} too much` : insteadText(instead);
  return `${name} needs ${quantity(needed)}${where} ${quantity(left)} left${excess}`;
}

function insteadText(instead: Shortage["instead"]): string {
  if (instead === undefined) return "";
  const { resource, needed, left } = instead;
  const quantity = quantities[resource];
  if (quantity === undefined) return `, but ${portText(resource)} is already in use there`;
  return `, but ${quantity(left)} of the ${quantity(needed)} needed`;
}

/** An amount of a resource with its unit: `128Mi`, `100m of CPU`, `port 443 (TCP)`. */
export function amountText(resource: string, amount: number): string {
  return quantities[resource]?.(amount) ?? portText(resource);
}

/** Of `port TCP 443`. */
function portText(resource: string): string {
  const [, protocol = "", port = ""] = resource.split(" ");
  return `port ${port} (${protocol})`;
}

const quantities: Record<string, ((amount: number) => string) | undefined> = {
  memory: (amount) => `${amount}Mi`,
  "ephemeral-storage": (amount) => `${amount}Mi of disk`,
  cpu: (amount) => `${amount}m of CPU`,
  pods: (amount) => (amount === 1 ? "1 pod slot" : `${amount} pod slots`),
};

/** The arithmetic of a board: `pi3-2: 512 MiB of RAM − 101 firmware and kernel − … = 0Mi for pods`. */
export function planText({ name, ram, memory }: PlannedBoard): string {
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

/** What happens on a control plane that is too small. */
export function controlPlaneText({ name, ram }: PlannedBoard): string {
  return [
    `${name} is too small for a control plane: with ${ram} MiB of RAM, the kernel keeps dropping the pages of its`,
    "programs and reading them again from the card. A lower eviction threshold frees no memory. Use a board with 2 GB",
    "as the control plane (docs/memory.md).",
  ].join("\n");
}
