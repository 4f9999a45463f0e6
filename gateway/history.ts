/** Seconds that a point of a history stands for. */
export const bucketSeconds = 300;
/** Points of a history: a day. */
export const buckets = 288;

/** A quantity over the last day: the mean of each five minutes. 3.5 KiB. */
export class History {
  readonly #sums = new Float32Array(buckets);
  readonly #counts = new Uint16Array(buckets);
  /** Number of the latest bucket, counted from the clock's beginning. */
  #latest = 0;

  /** @param at seconds of a clock that never goes back */
  add(value: number, at: number): void {
    this.#forwardTo(at);
    const slot = this.#latest % buckets;
    // Full: more than a reading each 5 ms. The mean of the first 65535 stands for all.
    if (this.#counts[slot] === 0xffff) return;
    this.#sums[slot] = (this.#sums[slot] ?? 0) + value;
    this.#counts[slot] = (this.#counts[slot] ?? 0) + 1;
  }

  /** The day before `at`, oldest first; undefined where there was no reading. */
  points(at: number): (number | undefined)[] {
    this.#forwardTo(at);
    return Array.from({ length: buckets }, (_, index) => {
      const slot = (this.#latest + 1 + index) % buckets;
      const count = this.#counts[slot] ?? 0;
      return count === 0 ? undefined : (this.#sums[slot] ?? 0) / count;
    });
  }

  #forwardTo(at: number): void {
    const bucket = Math.max(Math.floor(at / bucketSeconds), this.#latest);
    const empty = Math.min(bucket - this.#latest, buckets);
    for (let back = 0; back < empty; back++) {
      this.#sums[(bucket - back) % buckets] = 0;
      this.#counts[(bucket - back) % buckets] = 0;
    }
    this.#latest = bucket;
  }
}
