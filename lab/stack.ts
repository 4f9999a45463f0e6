// The lab's stack: its settings, its state, and Pulumi's engine at work in the boards' network.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import fs from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parse, stringify } from "yaml";
import { findEngine } from "../tools/engine.ts";
import { lastLines } from "../tools/lines.ts";
import type { BoardNetwork } from "./network.ts";
import { stepTeller } from "./progress.ts";

const repository = fileURLToPath(new URL("..", import.meta.url));
const stackName = "lab";

/** Settings by section, as below `bramble:` in a stack's file. */
export type LabSettings = Record<string, unknown> & {
  boards: LabBoard[];
  cluster: Record<string, unknown>;
};

/** A board as the lab's settings describe it. */
export interface LabBoard extends Record<string, unknown> {
  name: string;
  /** MiB. */
  ram: number;
  role: "controlPlane" | "worker";
  hostKey?: string;
}

/** What an `up` or a preview would do or did: names of resources by operation, without those that stay. */
export interface StackOutcome {
  /** `create lab-1-join`, `update …`, `delete …`, `replace …`; in the order in which they were done. */
  readonly changes: readonly string[];
  readonly seconds: number;
}

/** Thrown with what the engine said last. */
export class StackError extends Error {
  override readonly name = "StackError";
}

/** The settings of stacks/Pulumi.lab.yaml. */
export function labSettings(): LabSettings {
  const { config } = parse(
    readFileSync(path.join(repository, "stacks", `Pulumi.${stackName}.yaml`), "utf8"),
  ) as {
    config: Record<string, unknown>;
  };
  const own = Object.entries(config).map(([key, value]) => [key.replace(/^bramble:/, ""), value]);
  return Object.fromEntries(own) as LabSettings;
}

/** bramble's own program with settings and a state of its own. */
export class LabStack {
  /** Seconds by which the program's clock is ahead. */
  clockOffset = 0;
  /** Takes a line for each step of an `up`. */
  say: (line: string) => void = () => undefined;
  readonly #folder: string;
  readonly #network: BoardNetwork;
  readonly #cli: string;
  readonly #signal: AbortSignal | undefined;

  private constructor(folder: string, network: BoardNetwork, cli: string, signal: AbortSignal | undefined) {
    this.#folder = folder;
    this.#network = network;
    this.#cli = cli;
    this.#signal = signal;
  }

  /**
   * A stack without resources.
   *
   * @param folder for its files; must be empty
   * @throws an Error without Pulumi's engine
   */
  static async create(folder: string, network: BoardNetwork, signal?: AbortSignal): Promise<LabStack> {
    const engine = await findEngine();
    if ("missing" in engine) throw new Error(`the lab needs Pulumi's engine: ${engine.missing}`);
    const project = parse(await fs.readFile(path.join(repository, "Pulumi.yaml"), "utf8")) as object;
    await fs.mkdir(path.join(folder, "state"), { recursive: true });
    await fs.mkdir(path.join(folder, "stacks"));
    const main = path.relative(folder, path.join(repository, "index.ts"));
    const backend = { url: `file://${path.join(folder, "state")}` };
    await fs.writeFile(path.join(folder, "Pulumi.yaml"), stringify({ ...project, main, backend }));
    const stack = new LabStack(folder, network, engine.cli, signal);
    await stack.#pulumi(["stack", "init", stackName]);
    return stack;
  }

  /** Makes these the stack's settings. */
  async configure(settings: LabSettings): Promise<void> {
    const { ssh, ...plain } = settings;
    const file = path.join(this.#folder, "stacks", `Pulumi.${stackName}.yaml`);
    const before = parse(await fs.readFile(file, "utf8").catch(() => "{}")) as object;
    const config = Object.fromEntries(Object.entries(plain).map(([key, value]) => [`bramble:${key}`, value]));
    await fs.writeFile(file, stringify({ ...before, config }));
    await this.#pulumi(["config", "set", "--secret", "bramble:ssh"], JSON.stringify(ssh));
  }

  /** `pulumi up`. */
  up(onLine?: (line: string) => void): Promise<StackOutcome> {
    const tell = stepTeller(this.say);
    return this.#change(["up", "--yes", "--skip-preview"], (line) => {
      tell(line);
      onLine?.(line);
    });
  }

  /** `pulumi preview`. */
  preview(): Promise<StackOutcome> {
    return this.#change(["preview"]);
  }

  /** One of the program's outputs, secrets too. */
  async output(name: string): Promise<string> {
    return (await this.#pulumi(["stack", "output", name, "--show-secrets"])).trim();
  }

  async #change(args: string[], onLine?: (line: string) => void): Promise<StackOutcome> {
    const begin = performance.now();
    const events = path.join(this.#folder, "events.json");
    await fs.rm(events, { force: true });
    // Outputs come last, and would be all that is told of a failure.
    const always = ["--suppress-outputs", "--stack", stackName, "--event-log", events];
    await this.#pulumi([...args, ...always], undefined, onLine);
    const lines = (await fs.readFile(events, "utf8")).split("\n").filter((line) => line !== "");
    const seconds = (performance.now() - begin) / 1000;
    return { changes: lines.flatMap((line) => changeIn(JSON.parse(line) as EngineEvent)), seconds };
  }

  /** Runs the CLI in the boards' network, as on a computer at home. */
  async #pulumi(args: string[], input = "", onLine?: (line: string) => void): Promise<string> {
    this.#signal?.throwIfAborted();
    const [program = "", ...rest] = [...this.#network.enter, this.#cli, ...args];
    const child = spawn(program, [...rest, "--non-interactive", "--color", "never"], {
      cwd: this.#folder,
      env: {
        ...process.env,
        // The state is gone with the lab.
        PULUMI_CONFIG_PASSPHRASE: "lab",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        // The CLI has --event-log only with this.
        PULUMI_DEBUG_COMMANDS: "true",
        ...(this.clockOffset !== 0 && {
          NODE_OPTIONS: `--import=${new URL("later.mjs", import.meta.url).href}`,
          LAB_CLOCK_OFFSET: String(this.clockOffset),
        }),
        PATH: [path.join(repository, "node_modules", ".bin"), process.env.PATH].join(path.delimiter),
      },
      stdio: ["pipe", "pipe", "pipe"],
    });
    const stop = () => child.kill("SIGINT");
    this.#signal?.addEventListener("abort", stop);
    child.stdin.end(input);
    let said = "";
    let stdout = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      said += text;
      for (const line of text.split("\n")) if (line.trim() !== "") onLine?.(line.trim());
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    this.#signal?.removeEventListener("abort", stop);
    this.#signal?.throwIfAborted();
    if (code !== 0) throw new StackError(`pulumi ${args[0] ?? ""} failed:\n${lastLines(said, 60)}`);
    return stdout;
  }
}

interface EngineEvent {
  readonly resOutputsEvent?: { readonly metadata: { readonly op: string; readonly urn: string } };
  readonly resourcePreEvent?: { readonly metadata: { readonly op: string; readonly urn: string } };
}

function changeIn({ resOutputsEvent }: EngineEvent): string[] {
  const { op = "same", urn = "" } = resOutputsEvent?.metadata ?? {};
  return op === "same" ? [] : [`${op} ${urn.split("::").at(-1) ?? ""}`];
}
