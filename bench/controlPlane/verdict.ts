import type { Result } from "./trial.ts";

/** What a home can live with: seconds of a look at everything, and MiB/s read from a card that is needed for more. */
export const bounds = { p95: 0.2, max: 1, reads: 3 };

/** Whether a control plane broke down: it never came up, a program ended, or a look got no answer. */
export function collapsed({ ready, restarts, looks }: Result): boolean {
  return !ready || Object.values(restarts).some((count) => count > 0) || looks.failures > 0;
}

/** Whether a control plane held: it did not break down, and it stayed within the bounds. */
export function holds(result: Result): boolean {
  const { seconds } = result.looks;
  const isQuick = quantile(seconds, 0.95) <= bounds.p95 && quantile(seconds, 1) <= bounds.max;
  return !collapsed(result) && isQuick && result.reads <= bounds.reads;
}

/** The value that this part of the values does not exceed; NaN if there is none. */
export function quantile(values: readonly number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(part * values.length) - 1] ?? NaN;
}
