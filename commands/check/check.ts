import { RunError } from "@pulumi/pulumi";
import { planBoards } from "../../components/board/board.ts";
import { boardFailures, upgradeOrder } from "../../components/capacity/boardFailure.ts";
import { requireFit } from "../../components/capacity/memoryBudget.ts";
import { noOtherPods, type OwnPods } from "../../components/capacity/otherPods.ts";
import { judge } from "../../policy/judge.ts";
import { loadsOf, partsOf } from "../../settings/apps.ts";
import {
  type ClusterLook,
  otherPodsOf,
  otherPodsWarnings,
  rebootWarnings,
} from "../../settings/otherPods.ts";
import type { Settings } from "../../settings/schema.ts";
import type { FileSettings } from "../../settings/settings.ts";
import { warningsOf } from "../../settings/warnings.ts";
import { registeredResources } from "./program.ts";

/** What a check of a stack found. */
export type Findings = Awaited<ReturnType<typeof checkSettings>>;

/**
 * Checks a stack's settings, its memory budget and what the policies say of everything that it would register,
 * without Pulumi's engine. Of a cluster whose kubeconfig is in the settings, it reads which pods are not bramble's.
 *
 * @throws SettingsError, MemoryBudgetError
 */
export async function checkSettings(stack: string, { settings, config, unset }: FileSettings) {
  const boards = planBoards(settings.boards);
  const loads = loadsOf(partsOf(settings, stack, boards), boards);
  const others = await look(settings, { stack, boards, loads });
  const budget = requireFit(boards, loads, others);
  return {
    budget,
    failures: boardFailures(boards, loads, others),
    policies: judge(await registeredResources(stack, config)),
    /** Names of the user's own apps. */
    apps: Object.keys(settings.apps ?? {}),
    /** What is allowed and seldom meant, or not sure. */
    warnings: [
      ...warningsOf(settings),
      ...otherPodsWarnings(others, budget),
      ...rebootWarnings(others, settings),
    ],
    /** In which order boards are rebooted, and what waits or finds no memory then. Empty where none is. */
    reboots: settings.cluster.systemUpdates.reboot === "up" ? upgradeOrder(boards, loads, others) : [],
    /** Whether the cluster's kubeconfig is in the stack's state, which only Pulumi's engine reads. */
    isClusterUnknown: settings.extends === undefined && settings.cluster.kubeconfig === undefined,
    /** What is still to be set before `pulumi up`. */
    unset,
  };
}

async function look(settings: Settings, own: OwnPods): Promise<ClusterLook> {
  try {
    return await otherPodsOf(settings, own, () => Promise.resolve(undefined));
  } catch (error) {
    // A kubeconfig that is not there yet is no error before the cluster is.
    if (!(error instanceof RunError)) throw error;
    return { ...noOtherPods, unread: error.message };
  }
}

/** Whether nothing forbids a deployment. */
export function isFine({ policies }: Findings): boolean {
  return !policies.some(({ level, violations }) => level === "mandatory" && violations.length > 0);
}
