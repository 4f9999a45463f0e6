import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  type EngineEvent,
  LocalWorkspace,
  type PreviewOptions,
  type Stack,
} from "@pulumi/pulumi/automation/index.js";
import { findEngine } from "../tools/engine.ts";
import { engineOptions } from "../tools/pulumi.ts";

const engine = await findEngine();
/** Why the engine can't be used, or an empty text. */
export const noEngine = "missing" in engine ? engine.missing : "";

/** What an `up` or a preview did or would do: resources by what happened to them, and what failed. */
export interface Outcome {
  /** `update pi3-1-swap`, sorted by when they were done. */
  readonly done: readonly string[];
  readonly errors: string;
}

/** Registers resources, and may return outputs. */
export type Program = () => Record<string, unknown> | undefined;

/** A stack in Pulumi's real engine of a program in this process, its state in a temporary folder. */
export class TemporaryStack {
  readonly folder: string;
  readonly stack: Stack;
  readonly #types: RegExp;

  private constructor(folder: string, stack: Stack, types: RegExp) {
    this.folder = folder;
    this.stack = stack;
    this.#types = types;
  }

  /**
   * @param name of the stack and of its project
   * @param types of the resources that an {@link Outcome} tells of. Default: commands on boards
   */
  static async create(name: string, types = /command:remote:Command/): Promise<TemporaryStack> {
    if ("missing" in engine) throw new Error(engine.missing);
    const folder = mkdtempSync(path.join(tmpdir(), `${name}-`));
    const environment = { PULUMI_BACKEND_URL: `file://${folder}`, PULUMI_CONFIG_PASSPHRASE: name };
    const program = () => Promise.resolve();
    const stack = await LocalWorkspace.createStack(
      { stackName: name, projectName: name, program },
      { ...(await engineOptions(engine.cli, environment)), workDir: folder },
    );
    return new TemporaryStack(folder, stack, types);
  }

  /** `pulumi up`. */
  up(program: Program): Promise<Outcome> {
    // Without what nobody reads here: for history and outputs the Automation API starts the CLI three times more.
    const alone = Object.assign(Object.create(this.stack) as Stack, {
      outputs: () => Promise.resolve({}),
      info: () => Promise.resolve(undefined),
    });
    return this.#outcomeOf(program, (options) => alone.up(options));
  }

  /** `pulumi preview`. */
  preview(program: Program): Promise<Outcome> {
    return this.#outcomeOf(program, (options) => this.stack.preview(options));
  }

  /** The state as it lies on disk. */
  get state(): string {
    const { name } = this.stack;
    return readFileSync(path.join(this.folder, ".pulumi", "stacks", name, `${name}.json`), "utf8");
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  async #outcomeOf(program: Program, run: (options: PreviewOptions) => Promise<unknown>): Promise<Outcome> {
    const done: string[] = [];
    const errors: string[] = [];
    const onEvent = ({ resOutputsEvent, diagnosticEvent }: EngineEvent) => {
      const { op, urn = "" } = resOutputsEvent?.metadata ?? {};
      if (op !== undefined && op !== "same" && this.#types.test(urn))
        done.push(`${op} ${urn.split("::").at(-1)}`);
      if (diagnosticEvent?.severity === "error") errors.push(diagnosticEvent.message);
    };
    const inline = () => Promise.resolve(program() ?? {});
    await run({ program: inline, onEvent, color: "never", suppressOutputs: true }).catch((error: unknown) => {
      if (errors.length === 0) throw error;
    });
    return { done, errors: errors.join("\n") };
  }
}
