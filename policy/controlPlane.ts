import { argumentsOf, kubeadmRule, type KubeadmDocument, secondsOf } from "./kubeadm.ts";
import type { Config } from "./rule.ts";

const electing = { controllerManager: "kube-controller-manager", scheduler: "kube-scheduler" } as const;

/** What elects a leader ends itself when its lease is late; what does not must be alone. */
export const leaderElection = kubeadmRule(
  {
    name: "leader-election",
    description:
      "The controller manager and the scheduler elect a leader where there are several control planes, and only there.",
    level: "mandatory",
  },
  ({ documents, controlPlanes }) =>
    controlPlanes === undefined
      ? []
      : clusterConfigurations(documents).flatMap((document) =>
          programsOf(document).flatMap(({ program, elects }) =>
            electionFaults(program, elects, controlPlanes),
          ),
        ),
);

function electionFaults(program: string, elects: boolean, controlPlanes: number): string[] {
  if (elects && controlPlanes === 1) {
    return [
      `the ${program} elects a leader, and there is one control plane: nobody else could lead, but when a slow card lets its lease run out it ends itself, in 2018 715 times in 3½ days. Set leader-elect to false in its extraArgs.`,
    ];
  }
  return elects || controlPlanes < 2
    ? []
    : [
        `the ${program} elects no leader, and there are ${controlPlanes} control planes: each would act, against the others. Leave leader-elect out of its extraArgs, or set it to true.`,
      ];
}

/** kubeadm's own waiting times in seconds that bound something which a slow card makes long. */
const waits = {
  controlPlaneComponentHealthCheck: 240,
  kubeletHealthCheck: 240,
  tlsBootstrap: 300,
  discovery: 300,
  upgradeManifests: 300,
} as const;

/** A card that stalls is no failure: a control plane has time to start, to renew a lease, to hear of a member. */
export const controlPlaneTimeouts = kubeadmRule(
  {
    name: "control-plane-timeouts",
    description:
      "Leases and etcd's elections outlast a card that stalls, and kubeadm waits long enough for a slow board.",
    level: "mandatory",
    settings: {
      waitSeconds: {
        type: "number",
        default: 600,
        description:
          "Least of each of kubeadm's timeouts in seconds; its own are 240 and 300. The startup probes of the control plane's pods allow controlPlaneComponentHealthCheck.",
      },
      leaseSeconds: {
        type: "number",
        default: 30,
        description: "Least lease-duration in seconds where a leader is elected; Kubernetes' own is 15.",
      },
      electionMs: {
        type: "number",
        default: 2500,
        description: "Least election-timeout of etcd in ms where it has several members; its own is 1000.",
      },
    },
  },
  ({ documents, controlPlanes }, config) => [
    ...documents.flatMap((document) => waitFaults(document, config)),
    ...clusterConfigurations(documents).flatMap((document) => [
      ...programsOf(document)
        .filter(({ elects }) => elects && controlPlanes !== 1)
        .flatMap((each) => leaseFaults(each, config)),
      ...((controlPlanes ?? 1) > 1 ? etcdFaults(document, config) : []),
    ]),
  ],
);

function waitFaults({ kind = "", timeouts = {} }: KubeadmDocument, { waitSeconds }: Config): string[] {
  if (kind !== "InitConfiguration" && kind !== "JoinConfiguration") return [];
  return Object.entries(waits).flatMap(([name, own]) => {
    const given = timeouts[name];
    const seconds = given === undefined ? own : secondsOf(given);
    if (seconds >= (waitSeconds as number)) return [];
    const what = given === undefined ? `is not set, so ${own} s` : `is ${given}`;
    return [
      `timeouts.${name} of kubeadm's ${kind} ${what}: a board that reads its programs from a card takes longer, and is given up half made. Set it to at least ${waitSeconds as number}s.`,
    ];
  });
}

interface Program {
  readonly program: string;
  readonly given: ReadonlyMap<string, string>;
  readonly elects: boolean;
}

function leaseFaults({ program, given }: Program, { leaseSeconds }: Config): string[] {
  const of = (name: string, own: string) => secondsOf(given.get(name) ?? own);
  const [lease, renew, retry] = [
    of("leader-elect-lease-duration", "15s"),
    of("leader-elect-renew-deadline", "10s"),
    of("leader-elect-retry-period", "2s"),
  ];
  return [
    ...(lease >= (leaseSeconds as number)
      ? []
      : [
          `the ${program} has a lease of ${lease} s: a card that stalls as long ends it, although nobody else could do better. Set leader-elect-lease-duration to at least ${leaseSeconds as number}s.`,
        ]),
    // client-go lets retries wait up to 1.2 times as long, and does not start with less.
    ...(lease > renew && renew > 1.2 * retry
      ? []
      : [
          `the ${program} does not start with a lease of ${lease} s, a renew-deadline of ${renew} s and a retry-period of ${retry} s: each has to be longer than the next. Set leader-elect-renew-deadline to three quarters of the lease, leader-elect-retry-period to a sixth.`,
        ]),
  ];
}

function etcdFaults({ etcd }: KubeadmDocument, { electionMs }: Config): string[] {
  if (etcd?.external !== undefined) return [];
  const given = argumentsOf(etcd?.local?.extraArgs);
  const heartbeat = Number(given.get("heartbeat-interval") ?? 100);
  const election = Number(given.get("election-timeout") ?? 1000);
  return [
    ...(election >= (electionMs as number)
      ? []
      : [
          `etcd's election-timeout is ${election} ms: members on slow cards take each other for dead, and nothing is written while they elect. Set it to at least ${electionMs as number}.`,
        ]),
    ...(election >= 5 * heartbeat
      ? []
      : [
          `etcd does not start with an election-timeout of ${election} ms and a heartbeat-interval of ${heartbeat} ms: it wants five times as much. Raise election-timeout.`,
        ]),
  ];
}

function clusterConfigurations(documents: readonly KubeadmDocument[]): KubeadmDocument[] {
  return documents.filter(({ kind }) => kind === "ClusterConfiguration");
}

/** What elects a leader unless it is told not to. */
function programsOf(document: KubeadmDocument): Program[] {
  return Object.entries(electing).map(([key, program]) => {
    const given = argumentsOf(document[key as keyof typeof electing]?.extraArgs);
    return { program, given, elects: given.get("leader-elect") !== "false" };
  });
}
