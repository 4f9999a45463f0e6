import { leastControlPlane } from "../components/cluster/leastControlPlane.ts";
import { kubeletRule } from "./kubelet.ts";

/** Swap is off, or the kubelet is told what to do with it. */
export const swap = kubeletRule(
  {
    name: "swap",
    description: "Every kubelet refuses to run with swap, or limits its use: LimitedSwap.",
    level: "mandatory",
  },
  ({ kubelet: { failSwapOn, memorySwap } }) => {
    const behavior = memorySwap?.swapBehavior;
    if (failSwapOn !== false) {
      return behavior === undefined || behavior === "NoSwap"
        ? []
        : [
            `memorySwap.swapBehavior is ${behavior}, but the kubelet does not start while swap is on. Set failSwapOn: false, or omit memorySwap.`,
          ];
    }
    return behavior === "LimitedSwap"
      ? []
      : [
          `failSwapOn is false without memorySwap.swapBehavior: LimitedSwap (it is ${behavior ?? "not set"}): system processes swap to the card, but pods can't. Set LimitedSwap, or turn swap off.`,
        ];
  },
);

/** A control plane has the RAM without which it does not stay up. */
export const controlPlaneMemory = kubeletRule(
  {
    name: "control-plane-memory",
    description: "Every control plane has enough RAM not to thrash, unless it is exempt by name.",
    level: "mandatory",
    settings: {
      minimumMi: {
        type: "number",
        default: leastControlPlane(),
        description:
          "Minimum capacity (MemTotal) of a control plane in Mi, as measured; kubeadm's preflight check requires 1700.",
      },
    },
  },
  ({ role, ram, capacity }, config, name) => {
    const least = config.minimumMi as number;
    if (role !== "controlPlane" || capacity === undefined || capacity >= least) return [];
    return [
      `${name} has ${capacity} MiB (${ram ?? capacity} nominal), but a control plane needs at least ${least}: with less, the kernel keeps reading the pages of its programs from the card, and leases expire (docs/memory.md). Use a board with 2 GB, or add its name to \`exempt\`.`,
    ];
  },
);
