// Lines for the user: their text, and when they come while something takes long.

/** The last lines of a program's output that are not blank, at most `count`, without trailing spaces. */
export function lastLines(output: string, count: number): string {
  const lines = output.split(/[\r\n]+/).map((line) => line.trimEnd());
  return lines
    .filter((line) => line !== "")
    .slice(-count)
    .join("\n");
}

/**
 * What an error says, with the cause that fetch hides: "fetch failed" alone helps nobody. A connection which
 * was tried over several addresses has one cause for each, mostly the same.
 */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError) return [...new Set(error.errors.map(reasonOf))].join("; ");
  // fetch's own errors are TypeErrors; other errors with a cause say more than it.
  return error instanceof TypeError && error.cause !== undefined ? reasonOf(error.cause) : error.message;
}

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
