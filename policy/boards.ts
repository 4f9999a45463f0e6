import { leastControlPlane } from "../components/kubeadm/leastControlPlane.ts";
import { kubeletRule } from "./kubelet.ts";

/** Swap is off, or the kubelet is told what to do with it. */
export const swap = kubeletRule(
  {
    name: "swap",
    description: "Every kubelet refuses swap, or uses it in the one way that is bounded: LimitedSwap.",
    level: "mandatory",
  },
  ({ kubelet: { failSwapOn, memorySwap } }) => {
    const behavior = memorySwap?.swapBehavior;
    if (failSwapOn !== false) {
      return behavior === undefined || behavior === "NoSwap"
        ? []
        : [
            `memorySwap.swapBehavior is ${behavior}, but the kubelet does not start where swap is on. Set failSwapOn: false, or leave memorySwap out.`,
          ];
    }
    return behavior === "LimitedSwap"
      ? []
      : [
          `failSwapOn is false without memorySwap.swapBehavior: LimitedSwap (it is ${behavior ?? "not set"}): the board's own programs swap to its card while pods may not. Set LimitedSwap, or turn swap off.`,
        ];
  },
);

/** A control plane has the RAM without which it does not stay up. */
export const controlPlaneMemory = kubeletRule(
  {
    name: "control-plane-memory",
    description: "Every control plane has the RAM below which it thrashes, unless it is waived by name.",
    level: "mandatory",
    settings: {
      minimumMi: {
        type: "number",
        default: leastControlPlane(),
        description:
          "Least capacity (MemTotal) of a control plane in Mi, as measured; kubeadm's preflight asks for 1700.",
      },
    },
  },
  ({ role, ram, capacity }, config, name) => {
    const least = config.minimumMi as number;
    if (role !== "controlPlane" || capacity === undefined || capacity >= least) return [];
    return [
      `${name} has ${capacity} MiB (${ram ?? capacity} nominal), less than the ${least} of a control plane: API server, etcd, controller manager and scheduler need some 240 MiB, and as much again for their programs' own pages. Below that the kernel reads these from the card without end: in 2018 12 MB/s, lost leases, 715 restarts of the controller manager in 3½ days. Give it a board with 2 GB, or waive it by its name in \`exempt\`.`,
    ];
  },
);
