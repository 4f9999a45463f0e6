import { kubeletRule, thresholdOf } from "./kubelet.ts";

const signals = ["memory.available", "nodefs.available", "nodefs.inodesFree", "imagefs.available"];

/** Every board evicts in time: with all four signals, and neither too late nor all the time. */
export const evictionThresholds = kubeletRule(
  {
    name: "eviction-thresholds",
    description:
      "Every kubelet has all four hard eviction signals, with memory.available between a minimum and a share of the board's RAM.",
    level: "mandatory",
    settings: {
      minimumMi: {
        type: "number",
        minimum: 0,
        default: 100,
        description:
          "Minimum of memory.available in Mi. 100 is the kubelet's default; below it, the OOM killer acts before the kubelet evicts.",
      },
      mostShare: {
        type: "number",
        minimum: 0,
        maximum: 1,
        default: 0.25,
        description: "Maximum of memory.available as a fraction of the RAM.",
      },
    },
  },
  ({ ram, kubelet }, config) => {
    const thresholds = kubelet.evictionHard ?? {};
    const absent = signals.filter((signal) => thresholds[signal] === undefined);
    const faults =
      absent.length > 0 && kubelet.mergeDefaultEvictionSettings !== true
        ? [
            `evictionHard has no ${absent.join(", ")}. Once one signal is set, the kubelet drops its defaults for the others. Set all four.`,
          ]
        : [];
    const memory = thresholds["memory.available"];
    const given = memory === undefined ? undefined : thresholdOf(memory, ram);
    if (memory === undefined || given === undefined) return faults;
    const least = config.minimumMi as number;
    const most = ram === undefined ? Infinity : Math.floor(ram * (config.mostShare as number));
    if (given < least) {
      return [
        ...faults,
        `evictionHard memory.available is ${memory}, below ${least}Mi: the kernel's OOM killer acts before the kubelet evicts. A lower threshold frees no memory; it only lets the board get slower first (docs/memory.md). Raise it, and use more RAM or fewer workloads.`,
      ];
    }
    if (given > most) {
      return [
        ...faults,
        `evictionHard memory.available is ${memory}, above ${config.mostShare as number} of the board's ${ram ?? 0} MiB (${most}Mi): pods are evicted although the board has free memory. Lower it.`,
      ];
    }
    return faults;
  },
);

/** Before a board evicts at once it warns: a pod that is over its request goes in an orderly way. */
export const evictionSoft = kubeletRule(
  {
    name: "eviction-soft",
    description:
      "Every kubelet has a soft threshold for memory.available above the hard one, a grace period and a minimum reclaim.",
    level: "mandatory",
  },
  ({ ram, kubelet }) => {
    const { evictionHard, evictionSoft: soft, evictionSoftGracePeriod, evictionMinimumReclaim } = kubelet;
    const name = "memory.available";
    const [hard, given] = [evictionHard?.[name], soft?.[name]];
    if (given === undefined) {
      return [
        `evictionSoft has no ${name}: even a brief shortage kills pods without a grace period. Set it above the hard threshold.`,
      ];
    }
    const [lower, upper] = [hard === undefined ? undefined : thresholdOf(hard, ram), thresholdOf(given, ram)];
    const notAbove = lower !== undefined && upper !== undefined && upper <= lower;
    return [
      ...(notAbove
        ? [
            `evictionSoft ${name} is ${given}, not above the hard threshold ${hard ?? ""}, so it never takes effect. Raise it.`,
          ]
        : []),
      ...(evictionSoftGracePeriod?.[name] === undefined
        ? [
            `evictionSoftGracePeriod has no ${name}: the kubelet does not start with a soft threshold that has no grace period. Set it, for example to 2m.`,
          ]
        : []),
      ...(evictionMinimumReclaim?.[name] === undefined
        ? [
            `evictionMinimumReclaim has no ${name}: an eviction stops just above the threshold, and the next one follows soon. Set it, for example to 64Mi.`,
          ]
        : []),
    ];
  },
);
