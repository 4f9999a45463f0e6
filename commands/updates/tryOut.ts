import { readStackFile } from "../../settings/stackFile.ts";
import { reasonOf } from "../../tools/lines.ts";
import type { Changes } from "./change.ts";
import { judgeIn, rehearseIn, Trial } from "./trial.ts";
import type { TriedUpdates } from "./verdict.ts";

/** What trying updates depends on. */
interface Trying {
  /** The repository to which the changes belong. */
  readonly folder: string;
  /** Looks for the rehearsal's tools, and throws if one is missing. */
  readonly findTools: () => Promise<unknown>;
  readonly signal: AbortSignal;
}

/**
 * Tries updates all together, in a copy of the repository: the budget and the policies, and the rehearsal where its
 * tools are there.
 */
export async function tryOut(stack: string, changes: Changes, trying: Trying): Promise<TriedUpdates> {
  const { folder, signal } = trying;
  await using trial = await Trial.create(changes, folder);
  const [before, after] = await Promise.all([
    judgeIn(folder, stack, signal),
    judgeIn(trial.folder, stack, signal),
  ]);
  // What was wrong before is no reason to keep an old version.
  const errors = after.errors.filter((error) => !before.errors.includes(error));
  const judged = { before, after, errors };
  const obstacle =
    after.errors.length > 0 ? "the settings are refused" : await whyNotRehearsed(stack, trying);
  if (obstacle !== undefined)
    return { ...judged, rehearsal: `rehearsal: not run, ${obstacle}`, isFine: errors.length === 0 };
  console.log("Rehearsing the cluster with the updates, which takes half a minute …");
  const { isFine, output } = await rehearseIn(trial.folder, signal);
  const rehearsal = isFine ? "rehearsal: every pod runs" : `rehearsal: failed\n${output}`;
  return { ...judged, rehearsal, isFine };
}

async function whyNotRehearsed(stack: string, { findTools }: Trying): Promise<string | undefined> {
  const base = readStackFile("rehearsal")["bramble:extends"];
  if (base !== stack) return `stacks/Pulumi.rehearsal.yaml extends ${String(base)}`;
  try {
    await findTools();
    return undefined;
  } catch (error) {
    return reasonOf(error).split("\n")[0];
  }
}
