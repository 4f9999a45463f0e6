import { secret } from "@pulumi/pulumi";
import type { OutputMap, Stack } from "@pulumi/pulumi/automation/index.js";
import { BoardBootstrap, type BoardBootstrapArgs } from "../../../components/board/bootstrap.ts";
import { recordedDrift } from "../../../components/board/drift.ts";
import { type Outcome, TemporaryStack } from "../../temporaryStack.ts";

export { noEngine } from "../../temporaryStack.ts";

/** A stack of boards in Pulumi's real engine with the real command provider, its state in a temporary folder. */
export class BootstrapStack {
  #stack: TemporaryStack | undefined;

  /** `pulumi up` of these boards, by name. */
  async up(boards: Readonly<Record<string, BoardBootstrapArgs>>): Promise<Outcome> {
    this.#stack ??= await TemporaryStack.create("boards");
    return this.#stack.up(() => {
      const drift = recordedDrift();
      for (const [name, args] of Object.entries(boards)) new BoardBootstrap(name, { ...args, drift });
      return { url: "https://example.com", password: secret("hidden") };
    });
  }

  /** The stack, as the drift check opens it. */
  readonly open = (): Promise<Stack> => Promise.resolve(this.#made.stack);

  /** The outputs of every `up`. */
  readonly outputs: OutputMap = {
    url: { value: "https://example.com", secret: false },
    password: { value: "hidden", secret: true },
  };

  /** The state as it lies on disk. */
  get state(): string {
    return this.#made.state;
  }

  remove(): void {
    this.#stack?.remove();
  }

  get #made(): TemporaryStack {
    if (!this.#stack) throw new Error("no up has made the stack yet");
    return this.#stack;
  }
}
