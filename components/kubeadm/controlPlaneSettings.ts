import type { MemoryPlan } from "../board/memoryPlan.ts";

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

/** Of the API server, each with its row in docs/security.md. */
const hardened: Values = {
  // kubeadm's own, and no Service for addresses of its author's choice: it would take their packets from every pod
  // (CVE-2020-8554). Kubernetes 1.36 calls `externalIPs` deprecated.
  "enable-admission-plugins": "NodeRestriction,DenyServiceExternalIPs",
  // A pod's token is good for an hour, as it says, and not for a year. client-go reads the file again each minute, and
  // so does Datadog's agent.
  "service-account-extend-token-expiration": false,
  // All its suites are strong, so that there is no list to keep.
  "tls-min-version": "VersionTLS13",
};

/**
 * How the four programs of a control plane run: their arguments and environment, as kubeadm's ClusterConfiguration
 * has them.
 *
 * @param plan of the control plane with the least memory
 * @param controlPlanes how many there are: a single one needs no leader election, and losing its lease is why
 *   the controller manager of 2018 exited 715 times in 3½ days
 */
export function controlPlaneSettings(plan: MemoryPlan, controlPlanes: number) {
  const isSingle = controlPlanes === 1;
  const inFlight = Math.round((plan.capacity / 1024) * requests.least);
  const bounded = Math.min(requests.most, Math.max(requests.least, inFlight));
  const leaderElection: Values = isSingle
    ? { "leader-elect": false }
    : {
        // Four times the default of 15 s, 10 s and 2 s: an SD card may stall for longer than those, and a leader
        // that is late exits although nobody else could have done better.
        "leader-elect-lease-duration": "60s",
        "leader-elect-renew-deadline": "45s",
        "leader-elect-retry-period": "10s",
      };
  const program = (name: keyof typeof leastHeap, extraArgs: Values) => {
    const limit = Math.round(Math.max(leastHeap[name], plan.allocatable * heapShare[name]));
    // Half of Go's default: the heap may grow by half before it is collected. It moved the edge by 40 MiB.
    const collector = { ...(plan.capacity < roomy && { GOGC: 50 }), GOMEMLIMIT: `${limit}MiB` };
    return { extraArgs: named(extraArgs), extraEnvs: named(collector) };
  };
  return {
    apiServer: program("apiServer", {
      // Each request may hold a list of all pods: together they bound the peak.
      "max-requests-inflight": bounded,
      "max-mutating-requests-inflight": Math.floor(bounded / 2),
      ...hardened,
      profiling: false,
    }),
    controllerManager: program("controllerManager", {
      ...leaderElection,
      // Instead of 50 s. A single API server that starts anew keeps every kubelet from saying that it is alive; the
      // controller manager, which goes on without leader election, then took all boards for dead and all pods out
      // of their services, until it had heard of them again (docs/lab.md). The price: a dead board is noticed later.
      ...(isSingle && { "node-monitor-grace-period": "180s" }),
      // Instead of 12,500: pods that have ended stay in etcd and in everybody's caches, a few kB each, and a board that
      // evicts again and again leaves hundreds. Enough to see why the last runs of every CronJob have failed.
      "terminated-pod-gc-threshold": 100,
      profiling: false,
    }),
    scheduler: program("scheduler", { ...leaderElection, profiling: false }),
    etcd: {
      local: program("etcd", {
        // Its file is mapped into memory. A home cluster's is below 50 MB; one that grows without end stops here,
        // with an alarm, and not where the board has no memory left. Default: 2 GiB.
        "quota-backend-bytes": 512 * 1024 * 1024,
        // Two write-ahead logs of 64 MB each instead of five: the card has better uses.
        "max-wals": 2,
        "max-snapshots": 2,
        // Members wait for each other's disk: five times the default of 100 ms and 1 s. A single one has nobody to
        // wait for.
        ...(!isSingle && { "heartbeat-interval": 500, "election-timeout": 5000 }),
      }),
    },
  };
}

type Values = Readonly<Record<string, string | number | boolean>>;

function named(values: Values): { name: string; value: string }[] {
  return Object.entries(values).map(([name, value]) => ({ name, value: String(value) }));
}
