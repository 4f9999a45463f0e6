import { kubeletConfiguration } from "../../../components/board/kubeletConfig.ts";
import { memoryPlan } from "../../../components/board/memoryPlan.ts";
import type { ClusterLayout, ClusterNode } from "../../../components/kubeadm/clusterLayout.ts";

/** What follows from a board's capacity in MiB. */
export function plannedFor(capacity: number): Pick<ClusterNode, "kubelet" | "memory"> {
  const memory = memoryPlan(capacity);
  return { memory, kubelet: kubeletConfiguration(memory) };
}

const node = (name: string, changes: Partial<ClusterNode>): ClusterNode => ({
  name,
  host: `192.168.1.${name.length}`,
  role: "worker",
  takesApps: true,
  ...plannedFor(905),
  hostKey: `ssh-ed25519 ${name}`,
  labels: {},
  taints: [],
  ...changes,
});

/** A control plane and two workers. */
export const layout: ClusterLayout = {
  version: "1.36.3",
  endpoint: "192.168.1.2:6443",
  podSubnet: "10.244.0.0/16",
  serviceSubnet: "10.96.0.0/12",
  ignorePreflightErrors: [],
  hasNetwork: true,
  nodes: [
    node("cp", { role: "controlPlane", takesApps: false, ...plannedFor(1848) }),
    node("one", {}),
    node("other", {}),
  ],
};
