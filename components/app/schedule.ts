import { Cron } from "croner";

/** As Kubernetes reads a CronJob's schedule: five fields, UTC, and `5/15` for `5-59/15`. */
const dialect = { timezone: "Etc/UTC", mode: "5-part", sloppyRanges: true } as const;

/** The form of a schedule, as a regular expression. Kubernetes takes no 7 for Sunday. */
export const fiveFields = "[\\d*,/-]+( [\\d*,/-]+){3} [0-6*,/-]+";

/** Runs that are looked at: more than a year of days. */
const enough = 400;

/**
 * The longest time between two runs of a schedule, in seconds.
 *
 * @param schedule five fields of cron
 * @throws Error if it is none, or if it never runs
 */
export function longestPause(schedule: string): number {
  // A fixed point: the same schedule always gives the same. The year is a leap year.
  const runs = new Cron(schedule, dialect)
    .nextRuns(enough, "2028-01-01T00:00:00Z")
    .map((run) => run.getTime());
  if (runs.length < 2) throw new Error(`"${schedule}" never runs`);
  const pauses = runs.slice(1).map((run, i) => run - (runs[i] ?? run));
  return Math.max(...pauses) / 1000;
}

/** What is wrong with a schedule in five fields; undefined if nothing is. */
export function scheduleError(schedule: string): string | undefined {
  try {
    longestPause(schedule);
    return undefined;
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).replace(/^CronPattern: /, "");
    return `must be five fields of cron, such as 17 3 * * *: ${reason}`;
  }
}
