import { planBoards } from "../../components/board/board.ts";
import { type BoardFailure, boardFailures } from "../../components/capacity/boardFailure.ts";
import { type MemoryBudget, requireFit } from "../../components/capacity/memoryBudget.ts";
import { judge, type PolicyResult } from "../../policy/judge.ts";
import { loadsOf, partsOf } from "../../settings/apps.ts";
import { type FileSettings, settingsOfFile } from "../../settings/settings.ts";
import { type SettingWarning, warningsOf } from "../../settings/warnings.ts";
import { registeredResources } from "./program.ts";

/** What a check of a stack found. */
export interface Findings {
  /** What of the settings is allowed and seldom meant. */
  readonly warnings: readonly SettingWarning[];
  readonly budget: MemoryBudget;
  readonly failures: readonly BoardFailure[];
  readonly policies: readonly PolicyResult[];
  /** Secrets that `pulumi up` will ask for. */
  readonly unsetSecrets: readonly string[];
}

/**
 * Checks a stack's settings, its memory budget and what the policies say of everything that it would register,
 * without Pulumi's engine, a cluster or a network.
 *
 * @throws SettingsError, MemoryBudgetError
 */
export async function check(stack: string): Promise<Findings> {
  return checkSettings(stack, settingsOfFile(stack));
}

/** The same of settings that are read already. */
export async function checkSettings(stack: string, written: FileSettings): Promise<Findings> {
  const { settings, config, unsetSecrets } = written;
  const boards = planBoards(settings.boards);
  const loads = loadsOf(partsOf(settings, stack, boards), boards);
  const budget = requireFit(boards, loads);
  const failures = boardFailures(boards, loads);
  const policies = judge(await registeredResources(stack, config));
  return { warnings: warningsOf(settings), budget, failures, policies, unsetSecrets };
}

/** Whether nothing forbids a deployment. */
export function isFine({ policies }: Findings): boolean {
  return !policies.some(({ level, violations }) => level === "mandatory" && violations.length > 0);
}
