import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

/** A program that runs until it is stopped, and what it prints. */
export class Program {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  output = "";

  constructor(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.#child = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const keep = (text: Buffer) => (this.output += text.toString());
    this.#child.stdout?.on("data", keep);
    this.#child.stderr?.on("data", keep);
    this.#ended = new Promise((resolve) => this.#child.once("close", () => resolve()));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Waits until it holds; throws with what the program printed if it does not within a minute, or has ended. */
  async until(what: string, holds: () => unknown): Promise<void> {
    for (let tries = 0; tries < 600; tries++) {
      if (await holds()) return;
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) break;
      await sleep(100);
    }
    throw new Error(`${this.#child.spawnfile}: not ${what}:\n${this.output.slice(-4000)}`);
  }

  /** Ends it; once is enough. */
  async stop(): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#ended;
  }
}
