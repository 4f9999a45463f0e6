import type { MemoryPlan } from "../board/memoryPlan.ts";

interface NameValue {
  readonly name: string;
  readonly value: string;
}

/** A program's arguments and environment, as kubeadm's ClusterConfiguration has them. */
export interface ProgramSettings {
  readonly extraArgs: readonly NameValue[];
  readonly extraEnvs: readonly NameValue[];
}

/** How the four programs of a control plane run. */
export interface ControlPlaneSettings {
  readonly apiServer: ProgramSettings;
  readonly controllerManager: ProgramSettings;
  readonly scheduler: ProgramSettings;
  readonly etcd: { readonly local: ProgramSettings };
}

/**
 * Soft limits of Go's heap in MiB that a control plane with four kwok nodes kept at the edge, where stock
 * settings no longer ran (docs/memory.md); etcd's from the same runs, 39 anonymous at most. A limit that is too
 * low makes the collector run all the time, so these are the least.
 */
const leastHeap = { apiServer: 220, controllerManager: 60, scheduler: 40, etcd: 60 } as const;

/** Parts of what a larger board leaves for pods, so that a busier cluster finds more than the least. */
const heapShare = { apiServer: 1 / 4, controllerManager: 1 / 12, scheduler: 1 / 20, etcd: 1 / 12 } as const;

/**
 * MiB of RAM from which on Go's own setting is kept: memory is no longer what a board runs out of, and each
 * collection costs processor time.
 */
const roomy = 3072;

/** Requests at once that the API server serves by default, and what a 1 GiB control plane gets. */
const requests = { most: 400, least: 100 } as const;

/**
 * How the control plane's programs run on a board.
 *
 * @param plan of the control plane with the least memory
 * @param controlPlanes how many there are: a single one needs no leader election, and losing its lease is why
 *   the controller manager of 2018 exited 715 times in 3½ days
 */
export function controlPlaneSettings(plan: MemoryPlan, controlPlanes: number): ControlPlaneSettings {
  const inFlight = Math.round(clamp((plan.capacity / 1024) * requests.least, requests.least, requests.most));
  return {
    apiServer: {
      extraArgs: named({
        // Each request may hold a list of all pods: together they bound the peak.
        "max-requests-inflight": inFlight,
        "max-mutating-requests-inflight": Math.floor(inFlight / 2),
        profiling: false,
      }),
      extraEnvs: collector(plan, "apiServer"),
    },
    controllerManager: {
      extraArgs: named({ ...leaderElection(controlPlanes), ...patience(controlPlanes), profiling: false }),
      extraEnvs: collector(plan, "controllerManager"),
    },
    scheduler: {
      extraArgs: named({ ...leaderElection(controlPlanes), profiling: false }),
      extraEnvs: collector(plan, "scheduler"),
    },
    etcd: { local: { extraArgs: named(etcdArguments(controlPlanes)), extraEnvs: collector(plan, "etcd") } },
  };
}

function leaderElection(controlPlanes: number): Record<string, string | boolean> {
  if (controlPlanes === 1) return { "leader-elect": false };
  // Four times the default of 15 s, 10 s and 2 s: an SD card may stall for longer than those, and a leader
  // that is late exits although nobody else could have done better.
  return {
    "leader-elect-lease-duration": "60s",
    "leader-elect-renew-deadline": "45s",
    "leader-elect-retry-period": "10s",
  };
}

function patience(controlPlanes: number): Record<string, string> {
  // Instead of 50 s. A single API server that starts anew keeps every kubelet from saying that it is alive; the
  // controller manager, which goes on without leader election, then took all boards for dead and all pods out of
  // their services, until it had heard of them again (docs/lab.md). The price: a dead board is noticed later.
  return controlPlanes === 1 ? { "node-monitor-grace-period": "180s" } : {};
}

function etcdArguments(controlPlanes: number): Record<string, string | number> {
  return {
    // Its file is mapped into memory. A home cluster's is below 50 MB; one that grows without end stops here,
    // with an alarm, and not where the board has no memory left. Default: 2 GiB.
    "quota-backend-bytes": 512 * 1024 * 1024,
    // Two write-ahead logs of 64 MB each instead of five: the card has better uses.
    "max-wals": 2,
    "max-snapshots": 2,
    // Members wait for each other's disk: five times the default of 100 ms and 1 s. A single one has nobody to
    // wait for.
    ...(controlPlanes > 1 && { "heartbeat-interval": 500, "election-timeout": 5000 }),
  };
}

function collector(plan: MemoryPlan, program: keyof typeof leastHeap): NameValue[] {
  const limit = Math.round(Math.max(leastHeap[program], plan.allocatable * heapShare[program]));
  // Half of Go's default: the heap may grow by half before it is collected. It moved the edge by 40 MiB.
  return named({ ...(plan.capacity < roomy && { GOGC: 50 }), GOMEMLIMIT: `${limit}MiB` });
}

function named(values: Readonly<Record<string, string | number | boolean>>): NameValue[] {
  return Object.entries(values).map(([name, value]) => ({ name, value: String(value) }));
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
