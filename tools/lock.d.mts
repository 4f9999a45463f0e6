/** Who asks for a lock and how it is told of a wait; see lock.mjs. */
export interface LockRequest {
  /** The lock's file, absolute; its folder is created. */
  file: string;
  /** Who holds it, in words, for those who wait: "set-up of /home/me/bramble". */
  holder: string;
  /** Takes a line for the user when there is something to wait for. */
  say: (line: string) => void;
  /** Ends the wait; the lock's own work has to watch it by itself. */
  signal?: AbortSignal;
}

/** Runs `work` while no other process holds the lock; see lock.mjs. */
export function withLock<Result>(request: LockRequest, work: () => Promise<Result>): Promise<Result>;
