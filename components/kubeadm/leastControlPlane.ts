import { memoryPlan } from "../board/memoryPlan.ts";
import { flannelMemory } from "../flannel/flannelWorkload.ts";
import { kubeProxyMemory } from "./kubeadmWorkloads.ts";

/**
 * MiB in which API server, etcd, controller manager and scheduler run with bramble's settings. With 40 less the
 * kernel reads their pages from the card again and again, and in one of two runs the API was gone, as it was with
 * stock settings (`npm run bench -- control-plane`, docs/memory.md).
 */
const programs = 480;

/** MiB of what else is on every control plane. */
const besides = kubeProxyMemory + flannelMemory;

/**
 * MiB of MemTotal below which a board does not stay up as a control plane: the least for its programs and what
 * the plan takes off before. The budget asks for more, since it counts the programs as large as they become.
 */
export function leastControlPlane(): number {
  let capacity = programs + besides;
  while (memoryPlan(capacity).allocatable < programs + besides) capacity++;
  return capacity;
}
