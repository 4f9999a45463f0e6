// What the user sees while something takes long.

/**
 * Calls `tell` at a fixed interval until what it returns is disposed of.
 *
 * @param everySeconds the interval: 30 for a build of minutes, 10 for a download
 * @param tell takes the whole seconds since the start
 */
export function heartbeat(everySeconds: number, tell: (seconds: number) => void): Disposable {
  const start = performance.now();
  return setInterval(() => tell(Math.round((performance.now() - start) / 1000)), everySeconds * 1000);
}

/** The time since `start`, a value of performance.now(), in words. */
export function timeSince(start: number): string {
  return duration((performance.now() - start) / 1000);
}

/** A duration in words: `0.4 s`, `12 s`, `2 min 5 s`. */
export function duration(seconds: number): string {
  const tenths = seconds.toFixed(1);
  if (Number(tenths) < 10) return `${tenths} s`;
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** Bytes in megabytes, without a fraction. */
export function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
