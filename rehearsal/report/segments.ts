import { type BoardOutcome, left, type PlacedPod } from "./outcome.ts";

/** The parts of a board's RAM, in their order; `ink` is the colour of letters on their `fill`. */
export const kinds = {
  firmware: { title: "Firmware and kernel", label: "firmware", fill: "var(--firmware)", ink: "on-firmware" },
  system: { title: "System reserved", label: "system", fill: "url(#hatched)", ink: "on-reserve" },
  kubernetes: { title: "Kubernetes reserved", label: "Kubernetes", fill: "url(#dotted)", ink: "on-reserve" },
  eviction: { title: "Eviction threshold", label: "eviction", fill: "url(#striped)", ink: "on-reserve" },
  static: { title: "Static pods", label: "static", fill: "var(--static)", ink: "on-static" },
  pod: { title: "Pods", label: "pod", fill: "var(--pod)", ink: "on-pod" },
  other: { title: "Not bramble's", label: "other", fill: "var(--other)", ink: "on-other" },
  free: { title: "Free", label: "free", fill: "var(--free)", ink: "on-free" },
} as const;

export type Kind = keyof typeof kinds;

/** A stretch of a board's RAM. */
export interface Segment {
  readonly kind: Kind;
  /** MiB in front of it. */
  readonly start: number;
  /** MiB. Never 0. */
  readonly size: number;
  /** What it is, in full. */
  readonly title: string;
  /** What it is, as short as it goes. */
  readonly label: string;
  /** The pod's number, where it is a pod. */
  readonly number?: number | undefined;
}

/** What a pod is shown as. */
export function kindOf({ isStatic, isOther }: PlacedPod): "other" | "pod" | "static" {
  if (isOther) return "other";
  return isStatic ? "static" : "pod";
}

/**
 * A board's pods as they are shown: static ones first and what is not bramble's last, larger ones first. A pod has the
 * same number in the bar and in the list beside it.
 */
export function numberedPods({ pods }: BoardOutcome): { number: number; pod: PlacedPod }[] {
  const rank = (pod: PlacedPod) => ["static", "pod", "other"].indexOf(kindOf(pod));
  const order = pods.toSorted((a, b) => rank(a) - rank(b) || b.memory - a.memory);
  return order.map((pod, index) => ({ number: index + 1, pod }));
}

/**
 * Divides a board's RAM, without gaps from 0 on. Where the board holds more than it has, the segments reach
 * beyond its RAM; otherwise they end there.
 */
export function segmentsOf(outcome: BoardOutcome): Segment[] {
  const { board } = outcome;
  const { capacity, systemReserved, kubeReserved, evictionHard } = board.memory;
  const reserves: [Kind, number][] = [
    ["firmware", board.ram - capacity],
    ["system", systemReserved],
    ["kubernetes", kubeReserved],
    ["eviction", evictionHard],
  ];
  const pods = numberedPods(outcome).map(({ number, pod }) => ({
    kind: kindOf(pod),
    size: pod.memory,
    title: `${pod.namespace}/${pod.name}${pod.isOther ? " (not bramble's)" : ""}`,
    label: shortName(pod.name, board.name),
    number,
  }));
  const parts = [
    ...reserves.map(([kind, size]) => ({ kind, size, ...kinds[kind] })),
    ...pods,
    { kind: "free" as const, size: left(outcome), ...kinds.free },
  ];
  let start = 0;
  return parts
    .filter(({ size }) => size > 0)
    .map((part) => {
      const segment = { ...part, start };
      start += part.size;
      return segment;
    });
}

/** MiB at which a board's segments end: its RAM, or more where it holds more than it has. */
export function endOf(outcome: BoardOutcome): number {
  const last = segmentsOf(outcome).at(-1);
  return Math.max(outcome.board.ram, last === undefined ? 0 : last.start + last.size);
}

/** The letters and digits of the suffixes that Kubernetes generates: no vowels, so that no words come out. */
const generated = "[bcdfghjklmnpqrstvwxz2456789]";
const suffix = new RegExp(`(-${generated}{6,10})?-${generated}{5}$`);

/** A pod's name without what the board or a controller appended to it. */
export function shortName(pod: string, board: string): string {
  if (pod.endsWith(`-${board}`)) return pod.slice(0, -board.length - 1);
  return pod.replace(suffix, "");
}
