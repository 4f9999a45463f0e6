import { readPods, UnreadableClusterError } from "../components/capacity/clusterPods.ts";
import type { MemoryBudget } from "../components/capacity/memoryBudget.ts";
import { noOtherPods, type OtherPods, otherPodsIn, type OwnPods } from "../components/capacity/otherPods.ts";
import { kubeconfigOf } from "./kubeconfig.ts";
import type { Settings } from "./schema.ts";
import type { SettingWarning } from "./warnings.ts";

/** What else runs on the boards, as far as the cluster told. */
export interface ClusterLook extends OtherPods {
  /** Why it could not be asked. Undefined if it was, or if there is no cluster yet. */
  readonly unread?: string;
  /** What boards say of a reboot that they need, by name. Undefined if they could not be asked. */
  readonly rebootsDue?: ReadonlyMap<string, string>;
}

/**
 * Asks the cluster what else runs on the boards. One that does not answer is no error: boards may be off, and a preview
 * shows the rest all the same. Of a stack that extends another, nobody is asked.
 *
 * @param own what the settings have there
 * @param deployed gives the kubeconfig of the cluster that bramble made, or undefined if there is none
 * @throws RunError if the settings name a kubeconfig that is not there
 */
export async function otherPodsOf(
  settings: Settings,
  own: OwnPods,
  deployed: () => Promise<string | undefined>,
): Promise<ClusterLook> {
  if (settings.extends !== undefined) return noOtherPods;
  const kubeconfig = kubeconfigOf(settings) ?? (await deployed());
  if (kubeconfig === undefined) return noOtherPods;
  try {
    const { pods, use, rebootsDue } = await readPods(kubeconfig);
    return { ...otherPodsIn(pods, use, own), rebootsDue };
  } catch (error) {
    if (!(error instanceof UnreadableClusterError)) throw error;
    return { ...noOtherPods, unread: error.message };
  }
}

/** What is not sure of a budget because of pods that are not bramble's. */
export function otherPodsWarnings({ staying, unread }: ClusterLook, budget: MemoryBudget): SettingWarning[] {
  const { atRisk } = budget;
  const unknown = [...new Set(staying.flatMap(({ name, source }) => (source === "unknown" ? [name] : [])))];
  const messages = [
    ...(unread === undefined
      ? []
      : [
          `pods that are not bramble's are not counted in the memory budget, because the cluster can't be read: ${unread}`,
        ]),
    ...(unknown.length === 0
      ? []
      : [`without a memory request and not measured, so counted as 0Mi: ${unknown.join(", ")}`]),
    ...(atRisk.length === 0
      ? []
      : [
          `not bramble's, and might be evicted if the scheduler places pods differently: ${atRisk.join(", ")}. Free memory on their boards, or give them a higher priority`,
        ]),
  ];
  return messages.map((message) => ({ path: "bramble:cluster", message }));
}

/** Boards whose systems need a reboot, and what is to be done. */
export function rebootWarnings(
  { rebootsDue = new Map<string, string>() }: ClusterLook,
  { cluster: { systemUpdates } }: Settings,
): SettingWarning[] {
  if (rebootsDue.size === 0) return [];
  const boards = [...rebootsDue]
    .map(([board, due]) => `${board} (since ${due.replace(" ", ": ")})`)
    .join(", ");
  const next =
    systemUpdates.reboot === "up"
      ? "npm run drift tells the next up, which reboots them one after the other"
      : "reboot them one after the other, or set reboot: up";
  return [{ path: "bramble:cluster.systemUpdates", message: `a reboot is due for ${boards}: ${next}` }];
}
