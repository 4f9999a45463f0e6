import { count } from "./figures.ts";
import { type BoardOutcome, left, type Outcome } from "./outcome.ts";

/**
 * Judges a rehearsal: `fine` if every pod runs and no board holds more than it has, and in a sentence such as
 * `4 boards, 24 pods: everything runs`.
 */
export function verdict({ boards, pending }: Outcome): { fine: boolean; sentence: string } {
  const pods = pending.length + boards.reduce((total, board) => total + board.pods.length, 0);
  const subject = `${count(boards.length, "board")}, ${count(pods, "pod")}`;
  const faults = [...pendingFault(pending.map(({ reason }) => reason)), ...boards.flatMap(overcommitted)];
  const fine = faults.length === 0;
  return { fine, sentence: `${subject}: ${fine ? "everything runs" : faults.join("; ")}` };
}

function pendingFault(reasons: readonly string[]): string[] {
  if (reasons.length === 0) return [];
  // The scheduler's words, and the kubelet's where a pod reached it all the same.
  const forMemory = reasons.every((reason) => /insufficient memory|outofmemory/i.test(reason));
  return [`${reasons.length} ${reasons.length === 1 ? "does" : "do"} not ${forMemory ? "fit" : "run"}`];
}

function overcommitted(outcome: BoardOutcome): string[] {
  const free = left(outcome);
  return free < 0 ? [`${outcome.board.name} is overcommitted by ${Math.round(-free)} MiB`] : [];
}

/** What might go otherwise on the boards, in a sentence or two; empty if nothing might. */
export function caution({ uncertain, atRisk }: Pick<Outcome, "atRisk" | "uncertain">): string {
  const otherwise = "if the scheduler places other pods differently.";
  const sentences = [
    ...(uncertain.length > 0
      ? [`${listed(uncertain)} ${uncertain.length === 1 ? "fits" : "fit"} here, but might not ${otherwise}`]
      : []),
    ...(atRisk.length > 0 ? [`${listed(atRisk)}, not bramble's, might be evicted ${otherwise}`] : []),
  ];
  return sentences.join(" ");
}

function listed(names: readonly string[]): string {
  return new Intl.ListFormat("en").format(names);
}
