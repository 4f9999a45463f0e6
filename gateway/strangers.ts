import type { RefusalReason } from "./refusal.ts";

/** Somebody who sends what the gateway cannot put down to a device. */
export interface Stranger {
  /** Address, and the name that it uses if it tells one. */
  readonly who: string;
  readonly reason: RefusalReason;
  count: number;
  /** When last, in seconds of the gateway's clock. */
  at: number;
}

/** Strangers that are remembered. Whoever was silent longest is forgotten for a new one. */
export const maxStrangers = 32;

/** Those whom the gateway does not know, so that a new device that was not set up is seen. */
export class Strangers {
  // By last time: a Map keeps the order in which keys are set.
  readonly #strangers = new Map<string, Stranger>();

  note(who: string, reason: RefusalReason, at: number): void {
    const key = `${reason} ${who}`;
    const stranger = this.#strangers.get(key) ?? { who, reason, count: 0, at };
    stranger.count += 1;
    stranger.at = at;
    this.#strangers.delete(key);
    this.#strangers.set(key, stranger);
    if (this.#strangers.size <= maxStrangers) return;
    const [silentLongest] = this.#strangers.keys();
    if (silentLongest !== undefined) this.#strangers.delete(silentLongest);
  }

  /** The latest first. */
  list(): readonly Stranger[] {
    return [...this.#strangers.values()].reverse();
  }
}
