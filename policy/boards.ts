import { z } from "zod";
import { leastControlPlane } from "../components/kubeadm/kubeadmWorkloads.ts";
import { kubeletIn, kubeletSettings } from "./kubelet.ts";
import { resourceRule } from "./rule.ts";

/** Swap is off, or the kubelet is told what to do with it. */
export const swap = resourceRule({
  name: "swap",
  description: "Every kubelet refuses to run with swap, or limits its use: LimitedSwap.",
  settings: kubeletSettings,
  subject: kubeletIn,
  messages: ({ kubelet: { failSwapOn, memorySwap } }) => {
    const behavior = memorySwap?.swapBehavior;
    return [
      failSwapOn === false &&
        behavior !== "LimitedSwap" &&
        `failSwapOn is false without memorySwap.swapBehavior: LimitedSwap (it is ${behavior ?? "not set"}): system processes swap to the card, but pods can't. Set LimitedSwap, or turn swap off.`,
      failSwapOn !== false &&
        behavior !== undefined &&
        behavior !== "NoSwap" &&
        `memorySwap.swapBehavior is ${behavior}, but the kubelet does not start while swap is on. Set failSwapOn: false, or omit memorySwap.`,
    ];
  },
});

/** A control plane has the RAM without which it does not stay up. */
export const controlPlaneMemory = resourceRule({
  name: "control-plane-memory",
  description: "Every control plane has enough RAM not to thrash, unless it is exempt by name.",
  settings: {
    ...kubeletSettings,
    minimumMi: z
      .number()
      .default(leastControlPlane())
      .describe(
        "Minimum capacity (MemTotal) of a control plane in Mi, as measured; kubeadm's preflight check requires 1700.",
      ),
  },
  subject: kubeletIn,
  messages: ({ id, role, ram, capacity }, { minimumMi }) => [
    role === "controlPlane" &&
      capacity !== undefined &&
      capacity < minimumMi &&
      `${id} has ${capacity} MiB (${ram ?? capacity} nominal), but a control plane needs at least ${minimumMi}: with less, the kernel keeps reading the pages of its programs from the card, and leases expire (docs/memory.md). Use a board with 2 GB, or add its name to \`exempt\`.`,
  ],
});
