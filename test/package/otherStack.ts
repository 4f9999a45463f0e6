import { existsSync } from "node:fs";
import path from "node:path";
import {
  type EngineEvent,
  LocalWorkspace,
  type OutputMap,
  type Stack,
} from "@pulumi/pulumi/automation/index.js";
import type { Place } from "../../lab/home/browse.ts";
import { writeCli } from "../../lab/stack.ts";
import { cacheFolder } from "../../tools/cacheFolder.mjs";
import { findEngine } from "../../tools/engine.ts";
import { engineOptions } from "../../tools/pulumi.ts";
import { run } from "../../tools/run.ts";

const engine = await findEngine();
/** A virtual environment of Python: `pip install pulumi pulumi-kubernetes setuptools`. */
export const python = process.env.BRAMBLE_PYTHON ?? path.join(cacheFolder(), "python");

/** Why a program in a language can't be run, or an empty text. */
export function noHost(language: "nodejs" | "python" | "yaml"): string {
  if ("missing" in engine) return `no Pulumi engine: ${engine.missing}`;
  const host = path.join(path.dirname(engine.cli), `pulumi-language-${language}`);
  if (!existsSync(host)) return `no ${host}`;
  if (language === "python" && !existsSync(python))
    return `no virtual environment ${python} (BRAMBLE_PYTHON)`;
  return "";
}

/** The CLI's environment: its state and nothing of this machine's cluster. */
const environment = (folder: string) => ({
  PULUMI_BACKEND_URL: `file://${folder}`,
  PULUMI_CONFIG_PASSPHRASE: "other",
  KUBECONFIG: path.join(folder, "no-kubeconfig"),
});

/** Runs the CLI in a folder. */
export async function pulumi(folder: string, ...args: readonly string[]): Promise<void> {
  if ("missing" in engine) throw new Error(engine.missing);
  const env = { ...process.env, ...(await engineOptions(engine.cli, environment(folder))).envVars };
  const { ended, output } = await run(engine.cli, args, { cwd: folder, env });
  if (ended !== 0) throw new Error(`pulumi ${args.join(" ")} ended with ${ended}\n${output}`);
}

/** What an `up` or a `destroy` did to the cluster: `create wiki-statefulset`. */
export interface Done {
  readonly done: string[];
  readonly outputs: OutputMap;
}

/** The stack of a program in whatever language, in the real engine. Its state is in the program's folder. */
export class OtherStack {
  readonly folder: string;
  readonly stack: Stack;

  private constructor(folder: string, stack: Stack) {
    this.folder = folder;
    this.stack = stack;
  }

  /**
   * @param folder of the program
   * @param variables of the environment, besides the engine's own
   * @param place where the engine works. Default: here
   */
  static async create(
    folder: string,
    variables: Readonly<Record<string, string>> = {},
    place?: Place,
  ): Promise<OtherStack> {
    if ("missing" in engine) throw new Error(engine.missing);
    const { cli: own } = engine;
    const cli = place ? await writeCli(path.join(folder, "bin"), [...place.enter, own]) : own;
    const options = await engineOptions(cli, { ...environment(folder), ...variables });
    const stack = await LocalWorkspace.createStack({ stackName: "dev", workDir: folder }, options);
    return new OtherStack(folder, stack);
  }

  async up(): Promise<Done> {
    const { done, onEvent } = watching();
    const { outputs } = await this.stack.up({ onEvent, suppressOutputs: true, color: "never" });
    return { done, outputs };
  }

  async destroy(): Promise<string[]> {
    const { done, onEvent } = watching();
    await this.stack.destroy({ onEvent, suppressOutputs: true, color: "never" });
    return done;
  }
}

function watching() {
  const done: string[] = [];
  const onEvent = ({ resOutputsEvent }: EngineEvent) => {
    const { op = "same", urn = "", type = "" } = resOutputsEvent?.metadata ?? {};
    if (op !== "same" && type.startsWith("kubernetes:")) done.push(`${op} ${urn.split("::").at(-1)}`);
  };
  return { done, onEvent };
}
