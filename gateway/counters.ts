import { refusals, type RefusalReason } from "./refusal.ts";

/** What was done to a reading that was accepted all the same. */
export const corrections = {
  /** −0, which a sensor gives at 0 °C with its sign bit set. */
  negative_zero: "−0 was stored as 0",
  /** One of two values was missing; the other was taken. */
  half_missing: "one value was NaN or null",
} as const;
/** A key of {@link corrections}. */
export type Correction = keyof typeof corrections;

/** Why an accepted reading may not have reached Datadog. */
export const drops = {
  /** The agent took no datagrams, and a later reading of the same sensor took this one's place. */
  superseded: "the agent was down, and a later reading arrived",
} as const;
/** A key of {@link drops}. */
export type Drop = keyof typeof drops;

/** What the gateway did since it started. */
export class Counters {
  readonly #refused = new Map<RefusalReason, number>();
  readonly #corrected = new Map<Correction, number>();
  readonly #dropped = new Map<Drop, number>();
  readonly #sendErrors = new Map<string, number>();
  accepted = 0;
  datagramsSent = 0;
  linesSent = 0;
  /** Readings sent once more, because nobody tells whether the agent heard them. */
  repeated = 0;

  refuse(reason: RefusalReason): void {
    increment(this.#refused, reason);
  }

  correct(correction: Correction): void {
    increment(this.#corrected, correction);
  }

  drop(reason: Drop): void {
    increment(this.#dropped, reason);
  }

  /** @param code the system's, such as ECONNREFUSED */
  sendError(code: string): void {
    increment(this.#sendErrors, code);
  }

  refused(): Record<RefusalReason, number> {
    return withZeros(this.#refused, refusals);
  }

  corrected(): Record<Correction, number> {
    return withZeros(this.#corrected, corrections);
  }

  dropped(): Record<Drop, number> {
    return withZeros(this.#dropped, drops);
  }

  sendErrors(): Record<string, number> {
    return Object.fromEntries(this.#sendErrors);
  }
}

function increment<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function withZeros<Key extends string>(
  counts: ReadonlyMap<Key, number>,
  keys: Readonly<Record<Key, unknown>>,
): Record<Key, number> {
  const entries = (Object.keys(keys) as Key[]).map((key) => [key, counts.get(key) ?? 0]);
  return Object.fromEntries(entries) as Record<Key, number>;
}
