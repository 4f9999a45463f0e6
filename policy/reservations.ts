import { z } from "zod";
import { mebibytes } from "../components/quantity.ts";
import { kubeletIn, kubeletSettings, type KubeletSeen, thresholdOf } from "./kubelet.ts";
import { type Messages, resourceRule } from "./rule.ts";

/** Every board keeps memory for itself, and has some left for pods. */
export const reservations = resourceRule({
  name: "reservations",
  description:
    "Every kubelet reserves enough memory for the system and for Kubernetes with maxPods pods, and leaves some for pods.",
  settings: {
    ...kubeletSettings,
    systemMi: z
      .number()
      .default(50)
      .describe(
        "Minimum systemReserved.memory in Mi. Kernel memory, which cgroup v2 does not count in memory.available, is already 50.",
      ),
    kubeMi: z
      .number()
      .default(100)
      .describe("Minimum kubeReserved.memory in Mi without pods: kubelet and containerd."),
    podMi: z
      .number()
      .default(3)
      .describe("Additional kubeReserved.memory in Mi for each of maxPods: the shims."),
    mostShare: z
      .number()
      .default(0.75)
      .describe("Maximum of both reservations together, as a fraction of a board's capacity."),
  },
  subject: kubeletIn,
  messages: (seen, { systemMi, kubeMi, podMi, mostShare }) => {
    // The kubelet's own default.
    const { systemReserved, kubeReserved, maxPods = 110 } = seen.kubelet;
    const [system, kube] = [systemReserved?.memory, kubeReserved?.memory];
    const missing = Object.entries({ systemReserved: system, kubeReserved: kube });
    const leastKube = kubeMi + podMi * maxPods;
    return [
      ...missing.map(
        ([name, memory]) =>
          memory === undefined &&
          `${name} has no memory: pods can use the memory that the board itself needs. Set it according to the board's RAM.`,
      ),
      system !== undefined &&
        mebibytes(system) < systemMi &&
        `systemReserved.memory is ${system}, less than the kernel alone needs (${systemMi}Mi). Raise it.`,
      kube !== undefined &&
        mebibytes(kube) < leastKube &&
        `kubeReserved.memory is ${kube}, but kubelet, containerd and the shims of ${maxPods} pods need ${leastKube}Mi. Raise it, or lower maxPods.`,
      ...tooMuch(seen, mostShare),
    ];
  },
});

function tooMuch({ capacity, kubelet }: KubeletSeen, mostShare: number): Messages {
  if (capacity === undefined) return [];
  const [system, kube] = [kubelet.systemReserved?.memory ?? "0", kubelet.kubeReserved?.memory ?? "0"];
  const eviction = thresholdOf(kubelet.evictionHard?.["memory.available"] ?? "0", capacity) ?? 0;
  const reserved = mebibytes(system) + mebibytes(kube);
  if (reserved + eviction >= capacity) {
    return [
      `reservations and eviction threshold take ${reserved + eviction} of the board's ${capacity} MiB, which leaves nothing for pods. Use a board with more RAM, or remove it.`,
    ];
  }
  return [
    reserved > mostShare * capacity &&
      `systemReserved and kubeReserved take ${reserved} of the board's ${capacity} MiB, more than ${mostShare} of it, which leaves almost nothing for pods. Lower them, or maxPods.`,
  ];
}
