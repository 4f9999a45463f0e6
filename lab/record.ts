// What a run of the lab says as it goes, kept for its report.
import { reasonOf } from "../tools/lines.ts";
import type { Finding } from "./checks.ts";

/** A part of a run: from bare boards to a cluster that works, or a fault. */
export interface Chapter {
  readonly title: string;
  /** Seconds; of one that has not ended, those until now. */
  readonly seconds: number;
  readonly findings: readonly Finding[];
  /** What was printed besides, each with the seconds since the run's begin. */
  readonly lines: readonly { readonly at: number; readonly text: string }[];
}

interface Growing {
  title: string;
  begin: number;
  end: number | undefined;
  findings: Finding[];
  lines: { at: number; text: string }[];
}

/** Prints what happens with the seconds since it was made, and remembers it. */
export class LabRecord {
  /** What ended the run before its time. */
  failure: string | undefined;
  readonly #print: (line: string) => void;
  readonly #begin = performance.now();
  readonly #chapters: Growing[] = [];

  /** @param print takes each line. Default: the console */
  constructor(print: (line: string) => void = console.log) {
    this.#print = print;
  }

  get chapters(): Chapter[] {
    return this.#chapters.map(({ begin, end = performance.now(), ...chapter }) => ({
      ...chapter,
      seconds: (end - begin) / 1000,
    }));
  }

  /** Whether all holds that was looked at. */
  get holds(): boolean {
    const findings = this.#chapters.flatMap((chapter) => chapter.findings);
    return this.failure === undefined && findings.every(({ holds }) => holds);
  }

  /** A part of the run, which ends with what is done in it. */
  async chapter<T>(title: string, work: () => Promise<T>): Promise<T> {
    const begin = performance.now();
    const chapter: Growing = { title, begin, end: undefined, findings: [], lines: [] };
    this.#chapters.push(chapter);
    try {
      return await work();
    } catch (error) {
      this.failure = reasonOf(error);
      throw error;
    } finally {
      chapter.end = performance.now();
    }
  }

  readonly say = (text: string): void => {
    this.#chapters.at(-1)?.lines.push({ at: this.#printed(text), text });
  };

  /** Prints findings, and says whether all of them hold. */
  readonly tell = (findings: readonly Finding[]): boolean => {
    for (const { what, holds, seen } of findings)
      this.#printed(`${holds ? "✓" : "✗"} ${what}${holds ? "" : `: ${seen}`}`);
    this.#chapters.at(-1)?.findings.push(...findings);
    return findings.every(({ holds }) => holds);
  };

  #printed(line: string): number {
    const at = (performance.now() - this.#begin) / 1000;
    this.#print(`${at.toFixed(0).padStart(5)} s  ${line}`);
    return at;
  }
}
