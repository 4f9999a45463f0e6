import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  type EngineEvent,
  LocalWorkspace,
  PulumiCommand,
  type Stack,
} from "@pulumi/pulumi/automation/index.js";
import { BoardBootstrap, type BoardBootstrapArgs } from "../../../components/board/bootstrap.ts";
import { findEngine } from "../../../tools/engine.ts";

const engine = await findEngine();
/** Why the engine can't be used, or an empty text. */
export const noEngine = "missing" in engine ? engine.missing : "";

/** What an `up` did: resources by what happened to them, and what failed. */
export interface Outcome {
  /** `update pi3-1-swap`, sorted by when they were done. */
  readonly done: readonly string[];
  readonly errors: string;
}

/** A stack of boards in Pulumi's real engine with the real command provider, its state in a temporary folder. */
export class BootstrapStack {
  readonly folder = mkdtempSync(path.join(tmpdir(), "bootstrap-"));
  readonly #environment = {
    PULUMI_BACKEND_URL: `file://${this.folder}`,
    PULUMI_CONFIG_PASSPHRASE: "bootstrap",
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
  #stack: Stack | undefined;

  /** `pulumi up` of these boards, by name. */
  async up(boards: Readonly<Record<string, BoardBootstrapArgs>>): Promise<Outcome> {
    const stack = await this.#select();
    const program = () => {
      for (const [name, args] of Object.entries(boards)) new BoardBootstrap(name, args);
      return Promise.resolve();
    };
    const done: string[] = [];
    const errors: string[] = [];
    const onEvent = ({ resOutputsEvent, diagnosticEvent }: EngineEvent) => {
      const { op, urn } = resOutputsEvent?.metadata ?? {};
      if (op !== undefined && op !== "same" && urn?.includes("command:remote:Command"))
        done.push(`${op} ${urn.split("::").at(-1)}`);
      if (diagnosticEvent?.severity === "error") errors.push(diagnosticEvent.message);
    };
    await stack.up({ program, onEvent, color: "never", suppressOutputs: true }).catch((error: unknown) => {
      if (errors.length === 0) throw error;
    });
    return { done, errors: errors.join("\n") };
  }

  async #select(): Promise<Stack> {
    if ("missing" in engine) throw new Error(engine.missing);
    const pulumiCommand = await PulumiCommand.get({ root: path.dirname(path.dirname(engine.cli)) });
    const envVars = this.#environment;
    const program = () => Promise.resolve();
    this.#stack ??= await LocalWorkspace.createOrSelectStack(
      { stackName: "boards", projectName: "boards", program },
      { workDir: this.folder, pulumiCommand, envVars },
    );
    return this.#stack;
  }

  /** The CLI on this stack, as the drift check uses it. */
  readonly pulumi = (args: readonly string[], input?: string): string => {
    if ("missing" in engine) throw new Error(engine.missing);
    const options = {
      cwd: this.folder,
      env: { ...process.env, ...this.#environment },
      encoding: "utf8",
    } as const;
    return execFileSync(engine.cli, [...args, "--stack", "boards", "--non-interactive"], {
      ...options,
      input,
    });
  };

  /** The state as it lies on disk. */
  get state(): string {
    return readFileSync(path.join(this.folder, ".pulumi", "stacks", "boards", "boards.json"), "utf8");
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
