import { mebibytes } from "../components/quantity.ts";
import { kubeletRule, type KubeletSeen, thresholdOf } from "./kubelet.ts";
import type { Config } from "./rule.ts";

/** Every board keeps memory for itself, and has some left for pods. */
export const reservations = kubeletRule(
  {
    name: "reservations",
    description:
      "Every kubelet reserves enough memory for the system and for Kubernetes with maxPods pods, and leaves some for pods.",
    level: "mandatory",
    settings: {
      systemMi: {
        type: "number",
        default: 50,
        description:
          "Minimum systemReserved.memory in Mi. Kernel memory, which cgroup v2 does not count in memory.available, is already 50.",
      },
      kubeMi: {
        type: "number",
        default: 100,
        description: "Minimum kubeReserved.memory in Mi without pods: kubelet and containerd.",
      },
      podMi: {
        type: "number",
        default: 3,
        description: "Additional kubeReserved.memory in Mi for each of maxPods: the shims.",
      },
      mostShare: {
        type: "number",
        default: 0.75,
        description: "Maximum of both reservations together, as a fraction of a board's capacity.",
      },
    },
  },
  (seen, config) => {
    const { systemReserved, kubeReserved } = seen.kubelet;
    const reserved = { systemReserved: systemReserved?.memory, kubeReserved: kubeReserved?.memory };
    const missing = Object.entries(reserved).filter(([, memory]) => memory === undefined);
    return [
      ...missing.map(
        ([name]) =>
          `${name} has no memory: pods can use the memory that the board itself needs. Set it according to the board's RAM.`,
      ),
      ...tooLittle(seen, config),
      ...tooMuch(seen, config),
    ];
  },
);

function tooLittle({ kubelet }: KubeletSeen, config: Config): string[] {
  const [system, kube] = [kubelet.systemReserved?.memory, kubelet.kubeReserved?.memory];
  // The kubelet's own default.
  const { maxPods = 110 } = kubelet;
  const leastKube = (config.kubeMi as number) + (config.podMi as number) * maxPods;
  return [
    ...(system !== undefined && mebibytes(system) < (config.systemMi as number)
      ? [
          `systemReserved.memory is ${system}, less than the kernel alone needs (${config.systemMi as number}Mi). Raise it.`,
        ]
      : []),
    ...(kube !== undefined && mebibytes(kube) < leastKube
      ? [
          `kubeReserved.memory is ${kube}, but kubelet, containerd and the shims of ${maxPods} pods need ${leastKube}Mi. Raise it, or lower maxPods.`,
        ]
      : []),
  ];
}

function tooMuch({ capacity, kubelet }: KubeletSeen, config: Config): string[] {
  if (capacity === undefined) return [];
  const [system, kube] = [kubelet.systemReserved?.memory ?? "0", kubelet.kubeReserved?.memory ?? "0"];
  const eviction = thresholdOf(kubelet.evictionHard?.["memory.available"] ?? "0", capacity) ?? 0;
  const reserved = mebibytes(system) + mebibytes(kube);
  if (reserved + eviction >= capacity) {
    return [
      `reservations and eviction threshold take ${reserved + eviction} of the board's ${capacity} MiB, which leaves nothing for pods. Use a board with more RAM, or remove it.`,
    ];
  }
  const share = config.mostShare as number;
  return reserved > share * capacity
    ? [
        `systemReserved and kubeReserved take ${reserved} of the board's ${capacity} MiB, more than ${share} of it, which leaves almost nothing for pods. Lower them, or maxPods.`,
      ]
    : [];
}
