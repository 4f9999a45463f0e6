// A cluster that kubeadm makes of boards, step by step, and how it is reached.
export {
  bootstrapArgs,
  type BootstrapOptions,
  clusterLayout,
  type ClusterOnBoards,
  rosterBoards,
} from "./clusterBoards.ts";
export { type ClusterLayout, type ClusterNode, defaultRanges, endpointName } from "./clusterLayout.ts";
export { KubeadmCluster, type KubeadmClusterArgs } from "./kubeadmCluster.ts";
export type { ClusterPlan, KubeadmDocument, NodePlan } from "./kubeadmConfig.ts";
export { kubeadmWorkloads, leastControlPlane } from "./kubeadmWorkloads.ts";
export { deployedKubeconfig } from "./kubeconfig.ts";
export { clusterProvider } from "./provider.ts";
export { Roster, type RosterArgs } from "./roster.ts";
export type { RosterBoard } from "./rosterChange.ts";
