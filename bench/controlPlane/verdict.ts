import type { Result } from "./trial.ts";

/** What a home can live with: seconds of a look at everything, and MiB/s read from a card that is needed for more. */
export const bounds = { p95: 0.2, max: 1, reads: 3 };

/** Whether a control plane held: it came up, nothing restarted or failed, and it stayed within the bounds. */
export function holds({ ready, restarts, looks, reads }: Result): boolean {
  const isSteady = Object.values(restarts).every((count) => count === 0) && looks.failures === 0;
  const isQuick = quantile(looks.seconds, 0.95) <= bounds.p95 && quantile(looks.seconds, 1) <= bounds.max;
  return ready && isSteady && isQuick && reads <= bounds.reads;
}

/** The value that this part of the values does not exceed; NaN if there is none. */
export function quantile(values: readonly number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(part * values.length) - 1] ?? NaN;
}
