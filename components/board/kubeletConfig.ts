import type { BoardDisk } from "./disk.ts";
import type { MemoryPlan } from "./memoryPlan.ts";

/**
 * Per cent that the kubelet keeps free of the file system with its own folder (`nodefs`), of that with the images
 * (`imagefs`), and of the former's inodes; below that it evicts pods and starts none. The kubelet's own defaults
 * (https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/#hard-eviction-thresholds).
 *
 * `imagefsOnDisk`, in MiB, is kept free of a disk with the images instead: 15 % of 1 TB would be 150 GB, and data that
 * fills the disk that far would evict every pod of the board. It is enough to pull and unpack the largest image.
 */
export const diskThresholds = { nodefs: 10, imagefs: 15, inodes: 5, imagefsOnDisk: 2048 };

/**
 * Processes and threads that a pod may have. The kernel of a 1 GB board with arm64 makes some 7,200 in all (an eighth of
 * the RAM in stacks of 16 KiB, `set_max_threads` in kernel/fork.c), and without one more nobody can log in: so a pod
 * gets a seventh of that. Programs in Java have hundreds of threads, bramble's own apps some tens.
 */
export const podPidsLimit = 1024;

/** What bramble sets of https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/. */
export type KubeletConfiguration = ReturnType<typeof kubeletConfiguration>;

/**
 * A board's kubelet configuration, from its memory plan.
 *
 * @param disk the board's disk; if omitted, images are on the card
 */
export function kubeletConfiguration(plan: MemoryPlan, disk?: BoardDisk) {
  const imagefs = disk?.for.includes("images")
    ? `${diskThresholds.imagefsOnDisk}Mi`
    : `${diskThresholds.imagefs}%`;
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    maxPods: plan.maxPods,
    systemReserved: { memory: `${plan.systemReserved}Mi` },
    kubeReserved: { memory: `${plan.kubeReserved}Mi` },
    // All four signals: setting only some would switch off the rest.
    evictionHard: {
      "memory.available": `${plan.evictionHard}Mi`,
      // The kubelet's own defaults, which it drops as soon as one signal is set.
      "nodefs.available": `${diskThresholds.nodefs}%`,
      "nodefs.inodesFree": `${diskThresholds.inodes}%`,
      "imagefs.available": imagefs,
    },
    evictionSoft: { "memory.available": `${plan.evictionSoft}Mi` },
    // Long enough for a start-up peak on a slow board to pass.
    evictionSoftGracePeriod: { "memory.available": "2m" },
    evictionMinimumReclaim: { "memory.available": `${plan.evictionMinimumReclaim}Mi` },
    failSwapOn: true,
    // As kubeadm has it: without, its certificate ends after a year.
    rotateCertificates: true,
    podPidsLimit,
    // A pod that says nothing gets the container runtime's list of system calls instead of all.
    seccompDefault: true,
    // As the API server has it (controlPlaneSettings.ts).
    tlsMinVersion: "VersionTLS13",
  };
}
