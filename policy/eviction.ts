import { z } from "zod";
import { kubeletIn, kubeletSettings, thresholdOf } from "./kubelet.ts";
import { resourceRule } from "./rule.ts";

const signals = ["memory.available", "nodefs.available", "nodefs.inodesFree", "imagefs.available"];

/** Every board evicts in time: with all four signals, and neither too late nor all the time. */
export const evictionThresholds = resourceRule({
  name: "eviction-thresholds",
  description:
    "Every kubelet has all four hard eviction signals, with memory.available between a minimum and a share of the board's RAM.",
  settings: {
    ...kubeletSettings,
    minimumMi: z
      .number()
      .min(0)
      .default(100)
      .describe(
        "Minimum of memory.available in Mi. 100 is the kubelet's default; below it, the OOM killer acts before the kubelet evicts.",
      ),
    mostShare: z
      .number()
      .min(0)
      .max(1)
      .default(0.25)
      .describe("Maximum of memory.available as a fraction of the RAM."),
  },
  subject: kubeletIn,
  messages: ({ ram, kubelet }, { minimumMi, mostShare }) => {
    const thresholds = kubelet.evictionHard ?? {};
    const absent = signals.filter((signal) => thresholds[signal] === undefined);
    const memory = thresholds["memory.available"] ?? "";
    const given = memory === "" ? undefined : thresholdOf(memory, ram);
    const most = ram === undefined ? Infinity : Math.floor(ram * mostShare);
    return [
      absent.length > 0 &&
        kubelet.mergeDefaultEvictionSettings !== true &&
        `evictionHard has no ${absent.join(", ")}. Once one signal is set, the kubelet drops its defaults for the others. Set all four.`,
      given !== undefined &&
        given < minimumMi &&
        `evictionHard memory.available is ${memory}, below ${minimumMi}Mi: the kernel's OOM killer acts before the kubelet evicts. A lower threshold frees no memory; it only lets the board get slower first (docs/memory.md). Raise it, and use more RAM or fewer workloads.`,
      given !== undefined &&
        given >= minimumMi &&
        given > most &&
        `evictionHard memory.available is ${memory}, above ${mostShare} of the board's ${ram ?? 0} MiB (${most}Mi): pods are evicted although the board has free memory. Lower it.`,
    ];
  },
});

/** Before a board evicts at once it warns: a pod that is over its request goes in an orderly way. */
export const evictionSoft = resourceRule({
  name: "eviction-soft",
  description:
    "Every kubelet has a soft threshold for memory.available above the hard one, a grace period and a minimum reclaim.",
  settings: kubeletSettings,
  subject: kubeletIn,
  messages: ({ ram, kubelet }) => {
    const { evictionHard, evictionSoft: soft, evictionSoftGracePeriod, evictionMinimumReclaim } = kubelet;
    const name = "memory.available";
    const [hard, given] = [evictionHard?.[name], soft?.[name]];
    if (given === undefined) {
      return [
        `evictionSoft has no ${name}: even a brief shortage kills pods without a grace period. Set it above the hard threshold.`,
      ];
    }
    const [lower, upper] = [hard === undefined ? undefined : thresholdOf(hard, ram), thresholdOf(given, ram)];
    return [
      lower !== undefined &&
        upper !== undefined &&
        upper <= lower &&
        `evictionSoft ${name} is ${given}, not above the hard threshold ${hard ?? ""}, so it never takes effect. Raise it.`,
      evictionSoftGracePeriod?.[name] === undefined &&
        `evictionSoftGracePeriod has no ${name}: the kubelet does not start with a soft threshold that has no grace period. Set it, for example to 2m.`,
      evictionMinimumReclaim?.[name] === undefined &&
        `evictionMinimumReclaim has no ${name}: an eviction stops just above the threshold, and the next one follows soon. Set it, for example to 64Mi.`,
    ];
  },
});
