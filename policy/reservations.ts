import { mebibytes } from "../components/quantity.ts";
import { kubeletRule, type KubeletSeen, thresholdOf } from "./kubelet.ts";
import type { Config } from "./rule.ts";

/** Every board keeps memory for itself, and has some left for pods. */
export const reservations = kubeletRule(
  {
    name: "reservations",
    description:
      "Every kubelet reserves memory for the system and for Kubernetes, enough for the pods that it may run, and what remains for pods is positive.",
    level: "mandatory",
    settings: {
      systemMi: {
        type: "number",
        default: 50,
        description:
          "Least systemReserved.memory in Mi. 50 is the kernel memory alone that cgroup v2 leaves out of memory.available.",
      },
      kubeMi: {
        type: "number",
        default: 100,
        description: "Least kubeReserved.memory in Mi before the first pod: kubelet and containerd.",
      },
      podMi: {
        type: "number",
        default: 3,
        description: "What kubeReserved.memory has to have besides, in Mi for each of maxPods: the shims.",
      },
      mostShare: {
        type: "number",
        default: 0.75,
        description: "Most of a board's capacity that both reservations may take together.",
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
          `${name} has no memory: pods may take what the board itself needs, and it starves. Set it from the board's RAM.`,
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
          `systemReserved.memory is ${system}, less than the kernel alone takes (${config.systemMi as number}Mi). Raise it.`,
        ]
      : []),
    ...(kube !== undefined && mebibytes(kube) < leastKube
      ? [
          `kubeReserved.memory is ${kube}, too little for kubelet, containerd and the shims of ${maxPods} pods (${leastKube}Mi). Raise it, or lower maxPods.`,
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
      `reservations and eviction take ${reserved + eviction} of the board's ${capacity} MiB: nothing is left for pods. Give it more RAM, or leave it out.`,
    ];
  }
  const share = config.mostShare as number;
  return reserved > share * capacity
    ? [
        `systemReserved and kubeReserved take ${reserved} of the board's ${capacity} MiB, more than ${share} of it: hardly a pod fits. Lower them, or maxPods.`,
      ]
    : [];
}
