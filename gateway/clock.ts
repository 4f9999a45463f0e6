/** Two clocks, both in seconds. */
export interface Clock {
  /** Of the process: it never goes back, whatever time the board learns of. */
  now(): number;
  /** Unix time, as far as the board knows. */
  unix(): number;
}

/** The machine's clocks. */
export const systemClock: Clock = {
  now: () => performance.now() / 1000,
  unix: () => Date.now() / 1000,
};

/** A moment before this code was written: a Raspberry Pi has no clock of its own and may start long before. */
const longAgo = Date.UTC(2026, 0) / 1000;
/** Seconds that a device's clock may be off. */
const tolerance = 300;

/** Whether a device's clock is off. It cannot be told while the board itself does not know the time. */
export function isWrong(time: number, clock: Clock): boolean {
  const unix = clock.unix();
  return unix > longAgo && !(Math.abs(time - unix) <= tolerance);
}
