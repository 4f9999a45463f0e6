import { planBoards } from "../../components/board/board.ts";
import { boardFailures } from "../../components/capacity/boardFailure.ts";
import { requireFit } from "../../components/capacity/memoryBudget.ts";
import { judge } from "../../policy/judge.ts";
import { loadsOf, partsOf } from "../../settings/apps.ts";
import type { FileSettings } from "../../settings/settings.ts";
import { warningsOf } from "../../settings/warnings.ts";
import { registeredResources } from "./program.ts";

/** What a check of a stack found. */
export type Findings = Awaited<ReturnType<typeof checkSettings>>;

/**
 * Checks a stack's settings, its memory budget and what the policies say of everything that it would register,
 * without Pulumi's engine, a cluster or a network.
 *
 * @throws SettingsError, MemoryBudgetError
 */
export async function checkSettings(stack: string, { settings, config, unset }: FileSettings) {
  const boards = planBoards(settings.boards);
  const loads = loadsOf(partsOf(settings, stack, boards), boards);
  return {
    budget: requireFit(boards, loads),
    failures: boardFailures(boards, loads),
    policies: judge(await registeredResources(stack, config)),
    /** Names of the user's own apps. */
    apps: Object.keys(settings.apps ?? {}),
    /** What of the settings is allowed and seldom meant. */
    warnings: warningsOf(settings),
    /** What is still to be set before `pulumi up`. */
    unset,
  };
}

/** Whether nothing forbids a deployment. */
export function isFine({ policies }: Findings): boolean {
  return !policies.some(({ level, violations }) => level === "mandatory" && violations.length > 0);
}
