import type { Step } from "./report/outcome.ts";

/** Runs named steps one after the other, times them and shows them. */
export class Steps {
  readonly #out: NodeJS.WriteStream;
  /** The steps that are done. */
  readonly taken: Step[] = [];

  /** @param out where steps are shown; a terminal also sees what is under way */
  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
  }

  /**
   * Runs a step. A line is printed when it ends, however it ends.
   *
   * @param work is given a function that shows on a terminal what it is at
   */
  async run<T>(name: string, work: (progress: (text: string) => void) => Promise<T> | T): Promise<T> {
    const begin = performance.now();
    const progress = (text: string) => this.#overwrite(`  … ${name.padEnd(16)} ${text}`);
    progress("");
    let mark = "✗";
    try {
      const result = await work(progress);
      mark = "✓";
      return result;
    } finally {
      const seconds = (performance.now() - begin) / 1000;
      this.taken.push({ name, seconds });
      this.#overwrite("");
      this.#out.write(`  ${mark} ${name.padEnd(16)} ${seconds.toFixed(1)} s\n`);
    }
  }

  #overwrite(text: string): void {
    if (!this.#out.isTTY) return;
    this.#out.write(`\r\u001b[K${text.slice(0, this.#out.columns - 1)}`);
  }
}
