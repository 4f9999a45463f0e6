/** One summand of a figure of the plan. */
export interface Term {
  readonly what: string;
  /** MiB. */
  readonly mebibytes: number;
  /** Where the figure comes from. */
  readonly source: string;
}

/** How a board's RAM is divided. Everything in MiB but `maxPods`. */
export type MemoryPlan = ReturnType<typeof memoryPlan>;

const lab = "lab of virtual boards, Kubernetes 1.36.3, containerd 1.7.24, Debian trixie (docs/memory.md)";

/**
 * Anonymous memory is the largest seen; file pages are those of the programs themselves, which must stay in
 * RAM too: dropped, they are read again from the card, and the board stalls (docs/memory.md).
 */
const system: readonly Term[] = [
  {
    what: "systemd, journald, sshd, timesyncd: 14 anonymous + 16 file",
    mebibytes: 30,
    source: `${lab}: 1 GiB board`,
  },
  {
    what: "kernel memory that cgroup v2 does not count in memory.available: slab 42, page tables 6, stacks 4",
    mebibytes: 52,
    source: `${lab}: 2 GiB board`,
  },
  {
    what: "NetworkManager, wpa_supplicant, avahi and similar in Raspberry Pi OS",
    mebibytes: 24,
    source: "estimated, not measured: the lab's Debian runs none of them",
  },
];

const kube: readonly Term[] = [
  { what: "kubelet: 47 anonymous + 10 file", mebibytes: 57, source: `${lab}: 1 GiB board` },
  { what: "containerd: 50 anonymous + 55 file", mebibytes: 105, source: `${lab}: 1 GiB board` },
];

/** MiB that a pod's shim and sandbox take in containerd's cgroup: (90 − 50) for 8 pods in the lab. */
const shim = 5;

/**
 * Mi. The kubelet's default is 100. It sees a shortage only every 10 s, because there is no notification on
 * cgroup v2, and memory.available leaves out some 50 MiB of kernel memory: a pod that grows fast meets the
 * OOM killer first. 28 more is the margin for that; a quarter of the smallest board's RAM (512 MiB) is the most.
 */
const usualEvictionHard = 128;

/**
 * Mi above the hard threshold. Less than the 52 MiB of kernel memory that are reserved but not counted: else a
 * board whose pods use exactly what they requested would be evicting.
 */
const softAboveHard = 32;

/** The kubelet's own default, sized for large machines; a bound here. */
const mostPods = 110;

/**
 * MiB of capacity for each pod that a board may run. About half of a 1 GB board is left for pods, and 32 MiB
 * is a small pod: 14 pods on 1 GB. Each costs a shim, so the kubelet's default of 110 would reserve 550 MiB.
 */
const capacityPerPod = 64;

/** What a board's owner decides instead of the plan. */
export interface PlanWishes {
  /** Default: one for each 64 MiB, 110 at most. */
  readonly maxPods?: number | undefined;
  /** `memory.available` in MiB below which the kubelet kills pods at once. Default: 128. */
  readonly evictionHard?: number | undefined;
}

/**
 * Divides a board's RAM into what the system, Kubernetes and pods may use.
 *
 * @param capacity the board's MemTotal in MiB (models.ts)
 */
export function memoryPlan(capacity: number, { maxPods, evictionHard = usualEvictionHard }: PlanWishes = {}) {
  // Not rounded to whole pods: more RAM must never leave less for pods.
  const pods = maxPods ?? Math.min(capacity / capacityPerPod, mostPods);
  const shims: Term = {
    what: `containerd shims: ${shim} for each of ${pods.toFixed(1)} pods`,
    mebibytes: Math.ceil(shim * pods),
    source: `${lab}: 90 MiB at 8 pods, of which the daemon takes 50`,
  };
  const derivation: Readonly<Record<"systemReserved" | "kubeReserved", readonly Term[]>> = {
    systemReserved: system,
    kubeReserved: [...kube, shims],
  };
  const systemReserved = sum(derivation.systemReserved);
  const kubeReserved = sum(derivation.kubeReserved);
  return {
    /** What the kernel reports as MemTotal and the kubelet as capacity. */
    capacity,
    /** For the operating system's daemons, and for the kernel memory that cgroup v2 counts to nobody. */
    systemReserved,
    /** For the kubelet, containerd and a shim for each pod. */
    kubeReserved,
    /** `memory.available` below which the kubelet kills pods at once. */
    evictionHard,
    /** `memory.available` below which it evicts after `evictionSoftGracePeriod`. */
    evictionSoft: evictionHard + softAboveHard,
    /** How much an eviction must give back before it stops, so that it does not come back at once. */
    evictionMinimumReclaim: 2 * softAboveHard,
    maxPods: Math.floor(pods),
    /** What is left for pods, never negative. */
    allocatable: Math.max(0, capacity - systemReserved - kubeReserved - evictionHard),
    /** The summands of both reservations, for reports and errors. */
    derivation,
  };
}

function sum(terms: readonly Term[]): number {
  return terms.reduce((total, { mebibytes }) => total + mebibytes, 0);
}
