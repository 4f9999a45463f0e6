// Boards: what one is, what follows from its RAM, and what brings it to a node that kubeadm can use.
export {
  Board,
  type BoardArgs,
  type BoardDescription,
  type BoardNode,
  planBoards,
  type PlannedBoard,
} from "./board.ts";
export { BoardBootstrap, type BoardBootstrapArgs } from "./bootstrap.ts";
export { type BoardConnection, hostKeyError, type SshAddress, sshPort, sshUser } from "./connection.ts";
export { type BoardDisk, type DataFolder, diskDirectories, type DiskUse } from "./disk.ts";
export { type DriftRecord, recordDrift, recordedDrift } from "./drift.ts";
export { type KubeletConfiguration, kubeletConfiguration } from "./kubeletConfig.ts";
export { type MemoryPlan, memoryPlan, type PlanWishes, type Term } from "./memoryPlan.ts";
export { type BoardModel, capacityOf, type ModelName, models } from "./models.ts";
export { boardPackages } from "./packages.ts";
export {
  type BoardPackages,
  type BootstrapPlan,
  type PackageRepository,
  type PhaseName,
  phaseNames,
} from "./phases.ts";
export { controlPlaneTaint, type Taint, taintOf, taintText } from "./taints.ts";
