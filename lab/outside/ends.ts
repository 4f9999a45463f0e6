// The end of things that are started one after the other.

/** What ends the things that were started so far. */
export class Ends {
  readonly #ends: (() => unknown)[] = [];

  /** Remembers how something is ended. */
  add(end: () => unknown): void {
    this.#ends.push(end);
  }

  /** Ends everything, the last first. */
  async stop(): Promise<void> {
    for (const end of this.#ends.splice(0).reverse()) await end();
  }

  /** Does what starts more; if that fails, everything is ended. */
  async unlessFailed<Result>(start: () => Promise<Result>): Promise<Result> {
    try {
      return await start();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }
}
