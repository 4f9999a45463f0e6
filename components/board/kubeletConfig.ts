import { diskThresholds } from "./diskThresholds.ts";
import type { MemoryPlan } from "./memoryPlan.ts";

/** A threshold for each of the kubelet's four eviction signals. Setting only some would switch off the rest. */
export interface EvictionThresholds {
  readonly "memory.available": string;
  readonly "nodefs.available": string;
  readonly "nodefs.inodesFree": string;
  readonly "imagefs.available": string;
}

/** What bramble sets of https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/. */
export interface KubeletConfiguration {
  readonly apiVersion: "kubelet.config.k8s.io/v1beta1";
  readonly kind: "KubeletConfiguration";
  readonly maxPods: number;
  readonly systemReserved: { readonly memory: string };
  readonly kubeReserved: { readonly memory: string };
  readonly evictionHard: EvictionThresholds;
  readonly evictionSoft: { readonly "memory.available": string };
  readonly evictionSoftGracePeriod: { readonly "memory.available": string };
  readonly evictionMinimumReclaim: { readonly "memory.available": string };
  readonly failSwapOn: boolean;
  readonly rotateCertificates: boolean;
}

/** A board's kubelet configuration, from its memory plan. */
export function kubeletConfiguration(plan: MemoryPlan): KubeletConfiguration {
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    maxPods: plan.maxPods,
    systemReserved: { memory: `${plan.systemReserved}Mi` },
    kubeReserved: { memory: `${plan.kubeReserved}Mi` },
    evictionHard: {
      "memory.available": `${plan.evictionHard}Mi`,
      // The kubelet's own defaults, which it drops as soon as one signal is set.
      "nodefs.available": `${diskThresholds.nodefs}%`,
      "nodefs.inodesFree": `${diskThresholds.inodes}%`,
      "imagefs.available": `${diskThresholds.imagefs}%`,
    },
    evictionSoft: { "memory.available": `${plan.evictionSoft}Mi` },
    // Long enough for a start-up peak on a slow board to pass.
    evictionSoftGracePeriod: { "memory.available": "2m" },
    evictionMinimumReclaim: { "memory.available": `${plan.evictionMinimumReclaim}Mi` },
    failSwapOn: true,
    // As kubeadm has it: without, its certificate ends after a year.
    rotateCertificates: true,
  };
}
