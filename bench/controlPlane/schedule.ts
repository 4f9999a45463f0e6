// Which limits are tried, and how often.

/** Limits in a row at which the control plane has to collapse before lower ones are given up: one may by chance. */
const collapsesInARow = 2;

/** One run that was made: its limit, whether the control plane held, and whether it collapsed. It may just be slow. */
export interface Run {
  memory: number;
  held: boolean;
  collapsed: boolean;
}

/**
 * The next limit to run: each once, from the highest down, until it collapses at two in a row; then the two at the edge, the lowest
 * that holds and the one below, until each has been run as often as asked.
 *
 * @param limits MiB
 * @param runs those that were made
 * @param times how often the two at the edge are run
 * @returns undefined if nothing is left to run
 */
export function nextLimit(
  limits: readonly number[],
  runs: readonly Run[],
  times: number,
): number | undefined {
  const descending = limits.toSorted((a, b) => b - a);
  const of = (memory: number) => runs.filter((run) => run.memory === memory);
  const holds = (memory: number) => of(memory).every(({ held }) => held);
  const untried = descending.findIndex((memory) => of(memory).length === 0);
  const tried = untried < 0 ? descending : descending.slice(0, untried);
  const last = tried.slice(-collapsesInARow);
  const isHopeless =
    last.length === collapsesInARow && last.every((memory) => of(memory).some((run) => run.collapsed));
  if (untried >= 0 && !isHopeless) return descending[untried];
  const firstFailed = tried.findIndex((memory) => !holds(memory));
  const below = firstFailed < 0 ? tried.length : firstFailed;
  return tried.slice(Math.max(0, below - 1), below + 1).find((memory) => of(memory).length < times);
}
