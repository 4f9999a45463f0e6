// Whether everything fits on the boards: the memory budget, also with a board that fails.
export {
  type BoardFailure,
  boardFailures,
  type Move,
  upgradeOrder,
  type UpgradeStep,
} from "./boardFailure.ts";
export { type ClusterPods, readPods, UnreadableClusterError } from "./clusterPods.ts";
export type { PlannedPod, RunningPod } from "./freeCapacity.ts";
export {
  type BoardBudget,
  type HeldPod,
  type MemoryBudget,
  memoryBudget,
  MemoryBudgetError,
  requireFit,
} from "./memoryBudget.ts";
export { noOtherPods, type OtherPod, type OtherPods, otherPodsIn, type OwnPods } from "./otherPods.ts";
export { mayRunOn, nodeTaints } from "./placement.ts";
export { type Amounts, hostPorts, memoryLimit, memoryRequest, needsOf } from "./podNeeds.ts";
