// What the budget and the policies say of a stack, as JSON: a program of its own, since which images there are is known
// when the components are first imported.
import { planBoards } from "../../components/board/board.ts";
import { MemoryBudgetError } from "../../components/capacity/memoryBudget.ts";
import { violationText } from "../../policy/judge.ts";
import { loadsOf, partsOf } from "../../settings/apps.ts";
import { SettingsError } from "../../settings/errors.ts";
import { settingsOfFile } from "../../settings/settings.ts";
import { checkSettings } from "../check/check.ts";

/** What was said of a stack. */
export interface Judgement {
  /** Why it can't be deployed; empty if it can. */
  readonly errors: readonly string[];
  /** What policies warn of. */
  readonly warnings: readonly string[];
  /** Its workloads, each with its images and where its pods are. */
  readonly workloads: readonly JudgedWorkload[];
}

/** A workload in the memory budget. */
export interface JudgedWorkload {
  readonly name: string;
  readonly images: readonly string[];
  /** Its pods: the memory request of each in MiB, its board, and the MiB that are left there. */
  readonly pods: readonly { readonly memory: number; readonly board: string; readonly left: number }[];
}

/** Judges a stack by its file. */
export async function judgementOf(stack: string): Promise<Judgement> {
  try {
    const file = settingsOfFile(stack);
    const boards = planBoards(file.settings.boards);
    const loads = loadsOf(partsOf(file.settings, stack, boards), boards);
    const { budget, policies } = await checkSettings(stack, file);
    const said = (wanted: string) =>
      policies
        .filter(({ level }) => level === wanted)
        .flatMap(({ name, violations }) => violations.map((each) => violationText(name, each)));
    const workloads = loads.map(({ name, pod }) => ({
      name,
      images: [...(pod.initContainers ?? []), ...pod.containers].map(({ image }) => image ?? ""),
      pods: budget.boards.flatMap(({ board, held, left }) =>
        held.filter((each) => each.name === name).map(({ memory }) => ({ memory, board: board.name, left })),
      ),
    }));
    return { errors: said("mandatory"), warnings: said("advisory"), workloads };
  } catch (error) {
    if (!(error instanceof SettingsError || error instanceof MemoryBudgetError)) throw error;
    return { errors: [error.message], warnings: [], workloads: [] };
  }
}

if (import.meta.main) console.log(JSON.stringify(await judgementOf(process.argv[2] ?? "")));
