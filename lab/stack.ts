// The lab's stack: its settings, its state, and Pulumi's engine at work in the boards' network.
import { execFile } from "node:child_process";
import fs from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import {
  type EngineEvent,
  LocalWorkspace,
  type PreviewOptions,
  type Stack,
} from "@pulumi/pulumi/automation/index.js";
import { execa } from "execa";
import { parse, stringify } from "yaml";
import { quoted } from "../components/board/shell.ts";
import { findEngine } from "../tools/engine.ts";
import { lastLines } from "../tools/lines.ts";
import { engineOptions, writeProject } from "../tools/pulumi.ts";
import type { Surroundings } from "./built.ts";
import type { Place } from "./home/browse.ts";
import type { LabSettings } from "./settings.ts";

const stackName = "lab";
const file = `stacks/Pulumi.${stackName}.yaml`;

/** Sections of the settings that hold secrets, each stored encrypted as a whole. */
const secretSections = ["ssh", "datadog"];

/** What an `up` or a preview would do or did. */
export type StackOutcome = Awaited<ReturnType<LabStack["up"]>>;

/** Thrown with what the engine said last. */
export class StackError extends Error {
  override readonly name = "StackError";
}

const later = new URL("later.mjs", import.meta.url).href;
const ownCommand = fileURLToPath(new URL("ownCommand.ts", import.meta.url));

/** bramble's own program with settings and a state of its own. */
export class LabStack {
  /** Seconds by which the program's clock is ahead. */
  clockOffset = 0;
  readonly #stack: Stack;
  readonly #place: Place;
  readonly #surroundings: Surroundings;

  private constructor(stack: Stack, place: Place, surroundings: Surroundings) {
    this.#stack = stack;
    this.#place = place;
    this.#surroundings = surroundings;
  }

  /**
   * A stack without resources.
   *
   * @param folder for its files; must be empty
   * @param place where the engine works, in the boards' network
   * @param surroundings `say` takes a line for each step of an `up`. Default: nobody is told
   * @throws an Error without Pulumi's engine
   */
  static async create(folder: string, place: Place, surroundings: Surroundings): Promise<LabStack> {
    const engine = await findEngine();
    if ("missing" in engine) throw new Error(`the lab needs Pulumi's engine: ${engine.missing}`);
    await writeProject(folder);
    const cli = await writeCli(path.join(folder, "bin"), [...place.enter, engine.cli]);
    // The state is gone with the lab.
    const options = await engineOptions(cli, { PULUMI_CONFIG_PASSPHRASE: "lab" });
    const stack = await LocalWorkspace.createStack({ stackName, workDir: folder }, options);
    return new LabStack(stack, place, surroundings);
  }

  /** Makes these the stack's settings. */
  async configure(settings: LabSettings): Promise<void> {
    const { workDir: cwd, envVars, pulumiCommand } = this.#stack.workspace;
    const own = path.join(cwd, file);
    const before = parse(await fs.readFile(own, "utf8").catch(() => "{}")) as object;
    const plain = Object.entries(settings).filter(([section]) => !secretSections.includes(section));
    const config = Object.fromEntries(plain.map(([section, value]) => [`bramble:${section}`, value]));
    await fs.writeFile(own, stringify({ ...before, config }));
    for (const section of secretSections) {
      if (settings[section] === undefined) continue;
      // The Automation API would show it in a command line.
      const args = ["config", "set", "--secret", `bramble:${section}`, "--stack", stackName];
      const env = { ...process.env, ...envVars };
      const setting = promisify(execFile)(pulumiCommand.command, args, { cwd, env });
      setting.child.stdin?.end(JSON.stringify(settings[section]));
      await setting;
    }
  }

  /** The outputs of the last `up`, secrets in the clear. */
  async outputs(): Promise<Readonly<Record<string, unknown>>> {
    const outputs = await this.#stack.outputs();
    return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value as unknown]));
  }

  up(onLine?: (line: string) => void) {
    const tell = stepTeller(this.#surroundings.say ?? (() => undefined));
    return this.#change(
      (options) => this.#stack.up(options),
      (line) => {
        tell(line);
        onLine?.(line);
      },
    );
  }

  preview() {
    return this.#change((options) => this.#stack.preview(options));
  }

  /** `npm run drift`: what it said. The next `up` runs again what differs. */
  async drift(): Promise<string> {
    return (await this.#command("drift")).said;
  }

  /** `npm run check -- lab --expiry`: what it said, and whether all of it is known and renewed in time. */
  expiry(): Promise<{ said: string; isInOrder: boolean }> {
    return this.#command("expiry");
  }

  async #command(name: "drift" | "expiry") {
    const { signal } = this.#surroundings;
    const { workDir } = this.#stack.workspace;
    const [program, ...args] = [...this.#place.enter, process.execPath, ownCommand, name, workDir];
    const { all, exitCode } = await execa(program, args, {
      all: true,
      reject: false,
      ...(signal && { cancelSignal: signal }),
    });
    signal?.throwIfAborted();
    // 1 is what it says where something is not as it is to be.
    if (exitCode !== 0 && exitCode !== 1) throw new StackError(`${name} failed:\n${lastLines(all, 60)}`);
    return { said: all, isInOrder: exitCode === 0 };
  }

  async #change(run: (options: PreviewOptions) => Promise<unknown>, onLine?: (line: string) => void) {
    const { signal } = this.#surroundings;
    signal?.throwIfAborted();
    const begin = performance.now();
    Object.assign(this.#stack.workspace.envVars, {
      NODE_OPTIONS: this.clockOffset === 0 ? (process.env.NODE_OPTIONS ?? "") : `--import=${later}`,
      LAB_CLOCK_OFFSET: String(this.clockOffset),
    });
    /** `create lab-1-join`, `update …`, `delete …`, `replace …`, in that order, without what stays as it is. */
    const changes: string[] = [];
    let said = "";
    const onError = (text: string) => (said += text);
    const onOutput = (text: string) => {
      said += text;
      for (const line of text.split("\n")) if (line.trim() !== "") onLine?.(line.trim());
    };
    const onEvent = ({ resOutputsEvent }: EngineEvent) => {
      const { op = "same", urn = "" } = resOutputsEvent?.metadata ?? {};
      if (op !== "same") changes.push(`${op} ${urn.split("::").at(-1) ?? ""}`);
    };
    // Outputs come last, and would be all that is told of a failure.
    const options = { color: "never", suppressOutputs: true, onOutput, onError, onEvent } as const;
    try {
      await run({ ...options, signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw new StackError(`pulumi failed:\n${lastLines(said || String(error), 60)}`);
    }
    return { changes, seconds: (performance.now() - begin) / 1000 };
  }
}

/**
 * Writes a CLI that works in the boards' network, as on a computer at home. Of a version after 3.205.0 the Automation
 * API takes the engine's events at this side's 127.0.0.1, which can't be reached from there; of that one from a file.
 *
 * @param folder that is to be made for it; called `bin`
 * @param command that runs Pulumi's own CLI there
 */
export async function writeCli(folder: string, command: readonly string[]): Promise<string> {
  await fs.mkdir(folder);
  const cli = path.join(folder, "pulumi");
  const words = command.map(quoted).join(" ");
  const script = `#!/bin/sh\nif [ "$1" = version ]; then echo v3.205.0; else exec ${words} "$@"; fi\n`;
  await fs.writeFile(cli, script, { mode: 0o755 });
  return cli;
}

/** A step as the CLI prints it: "+  command:remote:Command lab-1-host creating (3s) host: …". */
const step = /^[+~-]+ +(\S+) (\S+) (\*\*\w+ failed\*\*|(?:creat|updat|delet|replac)(?:ing|ed))/;

/**
 * Takes the lines of one `pulumi up` and tells when a step begins and when it has ended, once each: the CLI repeats the
 * line of a step that takes long. Of what is not done on a board only the end is told: it takes no time.
 */
export function stepTeller(say: (line: string) => void): (line: string) => void {
  const told = new Set<string>();
  return (line) => {
    const [, type, name = "", state = ""] = step.exec(line) ?? [];
    const said = `${name}: ${state.replaceAll("*", "")}`;
    const begins = state.endsWith("ing");
    if (name === "" || told.has(said) || (begins && type !== "command:remote:Command")) return;
    told.add(said);
    say(`  ${said}`);
  };
}
