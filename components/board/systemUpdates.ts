/** Which updates of their own systems boards install, and when. */
export interface SystemUpdates {
  /**
   * `security`: fixes of security, from the distribution; `all`: everything that the board's package repositories have;
   * `none`: bramble configures no updates, and the board does what its owner has configured.
   */
  readonly install: "security" | "all" | "none";
  /** When they are downloaded and installed, each day, in UTC: `01:00-03:00`. */
  readonly window: string;
}

/** Before the backups, whose default is 03:17. */
export const defaultUpdates: SystemUpdates = { install: "security", window: "01:00-03:00" };

/** What a window looks like. */
export const windowPattern = /^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/;

/** An hour: shorter than that, a slow board may not be done. */
export const shortestWindow = 60;
const day = 24 * 60;

/** Minutes from a window's begin to its end, which may be on the next day; a day if both are the same. */
export function windowLength(window: string): number {
  const [from = 0, to = 0] = window.split("-").map(minutes);
  return ((to - from + day - 1) % day) + 1;
}

/**
 * The times of apt's two timers, for systemd: the lists of packages in the window's first quarter, upgrades in its second,
 * each board at a random moment. The second half is for what an upgrade takes.
 */
export function updateTimes(window: string) {
  const [from = ""] = window.split("-");
  const quarter = Math.floor(windowLength(window) / 4);
  const at = (time: number) =>
    `*-*-* ${[Math.floor(time / 60) % 24, time % 60].map((each) => String(each).padStart(2, "0")).join(":")}`;
  return {
    LISTS_AT: `${at(minutes(from))} UTC`,
    UPGRADE_AT: `${at(minutes(from) + quarter)} UTC`,
    /** Minutes. */
    SPREAD: quarter,
  };
}

function minutes(time: string): number {
  const [hours = 0, rest = 0] = time.split(":").map(Number);
  return hours * 60 + rest;
}
