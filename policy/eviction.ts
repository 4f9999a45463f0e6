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
          "Least memory.available in Mi. 100 is the kubelet's default; below it a board meets the OOM killer before it evicts.",
      },
      mostShare: {
        type: "number",
        minimum: 0,
        maximum: 1,
        default: 0.25,
        description: "Most memory.available as a share of the RAM.",
      },
    },
  },
  ({ ram, kubelet }, config) => {
    const thresholds = kubelet.evictionHard ?? {};
    const absent = signals.filter((signal) => thresholds[signal] === undefined);
    const faults =
      absent.length > 0 && kubelet.mergeDefaultEvictionSettings !== true
        ? [
            `evictionHard lacks ${absent.join(", ")}. The kubelet drops its default of each signal that is left out as soon as one is set; set all four.`,
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
        `evictionHard memory.available is ${memory}, below ${least}Mi: the kernel kills before the kubelet sees the shortage. A lower one makes no room, it only lets the board get slower before anything is done: with 50Mi, in 2018, a control plane of 1 GB read its programs again and again from its card, and its controller manager restarted 715 times. Raise it, and give the board more RAM or less to do.`,
      ];
    }
    if (given > most) {
      return [
        ...faults,
        `evictionHard memory.available is ${memory}, above ${config.mostShare as number} of the board's ${ram ?? 0} MiB (${most}Mi): pods are evicted from a board that has room. Lower it.`,
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
      "Every kubelet has a soft threshold for memory.available above the hard one, with a grace period, and a minimum that an eviction reclaims.",
    level: "mandatory",
  },
  ({ ram, kubelet }) => {
    const { evictionHard, evictionSoft: soft, evictionSoftGracePeriod, evictionMinimumReclaim } = kubelet;
    const name = "memory.available";
    const [hard, given] = [evictionHard?.[name], soft?.[name]];
    if (given === undefined) {
      return [
        `evictionSoft has no ${name}: a short shortage kills pods at once, without their time to end. Set it above the hard threshold.`,
      ];
    }
    const [lower, upper] = [hard === undefined ? undefined : thresholdOf(hard, ram), thresholdOf(given, ram)];
    const notAbove = lower !== undefined && upper !== undefined && upper <= lower;
    return [
      ...(notAbove
        ? [
            `evictionSoft ${name} is ${given}, not above the hard ${hard ?? ""}: it is never reached first. Raise it.`,
          ]
        : []),
      ...(evictionSoftGracePeriod?.[name] === undefined
        ? [
            `evictionSoftGracePeriod has no ${name}: the kubelet does not start with a soft threshold alone. Set it, such as 2m.`,
          ]
        : []),
      ...(evictionMinimumReclaim?.[name] === undefined
        ? [
            `evictionMinimumReclaim has no ${name}: an eviction stops just above the threshold, and soon comes back. Set it, such as 64Mi.`,
          ]
        : []),
    ];
  },
);
