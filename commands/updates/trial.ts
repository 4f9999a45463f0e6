import { cp, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { lastLines } from "../../tools/lines.ts";
import { run } from "../../tools/run.ts";
import type { Changes } from "./change.ts";
import type { Judgement } from "./judgement.ts";
import { repository } from "./pins.ts";

/** What of the repository a stack, its policies and its rehearsal need. */
const parts = [
  ...["commands", "components", "gateway", "policy", "rehearsal", "settings", "stacks", "tools"],
  ...["index.ts", "package.json", "Pulumi.yaml", "tsconfig.json"],
];

/** A copy of the repository with changes, in which they are tried before they are written. */
export class Trial implements AsyncDisposable {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** @param source the repository that is copied */
  static async create(changes: Changes, source = repository): Promise<Trial> {
    const trial = new Trial(await mkdtemp(path.join(tmpdir(), "bramble-updates-")));
    try {
      for (const part of parts) {
        await cp(path.join(source, part), path.join(trial.folder, part), { recursive: true });
      }
      await symlink(path.join(source, "node_modules"), path.join(trial.folder, "node_modules"));
      for (const [file, text] of changes) await writeFile(path.join(trial.folder, file), text);
      return trial;
    } catch (error) {
      await trial[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/**
 * What budget and policies of a repository say of a stack.
 *
 * @throws Error with what the program said, if it failed
 */
export async function judgeIn(folder: string, stack: string, signal: AbortSignal): Promise<Judgement> {
  const args = ["commands/updates/judgement.ts", stack];
  const { ended, output } = await run(process.execPath, args, { cwd: folder, signal });
  const last = lastLines(output, 1);
  if (ended !== 0 || !last.startsWith("{")) {
    throw new Error(`the settings could not be judged (${ended}): ${lastLines(output, 8)}`);
  }
  return JSON.parse(last) as Judgement;
}

/** Rehearses the cluster of a repository with the tools that are there, and stops the rehearsal. */
export async function rehearseIn(folder: string, signal: AbortSignal) {
  const { ended, output } = await run(process.execPath, ["rehearsal/index.ts"], { cwd: folder, signal });
  await run(process.execPath, ["rehearsal/index.ts", "--down"], { cwd: folder });
  return { isFine: ended === 0, output };
}
