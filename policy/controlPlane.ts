import { z } from "zod";
import { argumentsOf, kubeadmIn, kubeadmSettings, type KubeadmDocument, secondsOf } from "./kubeadm.ts";
import { type Messages, resourceRule } from "./rule.ts";

const electing = { controllerManager: "kube-controller-manager", scheduler: "kube-scheduler" } as const;

/** What elects a leader ends itself when its lease is late; what does not must be alone. */
export const leaderElection = resourceRule({
  name: "leader-election",
  description:
    "The controller manager and the scheduler use leader election if, and only if, there are several control planes.",
  settings: kubeadmSettings,
  subject: kubeadmIn,
  messages: ({ documents, controlPlanes }) =>
    programsIn(documents).flatMap(({ program, elects }) => [
      elects &&
        controlPlanes === 1 &&
        `the ${program} uses leader election with a single control plane: no other instance could take over, but it exits whenever a slow card lets its lease expire (docs/memory.md). Set leader-elect to false in its extraArgs.`,
      !elects &&
        controlPlanes !== undefined &&
        controlPlanes > 1 &&
        `the ${program} does not use leader election with ${controlPlanes} control planes: all instances would act at the same time. Omit leader-elect from its extraArgs, or set it to true.`,
    ]),
});

/** kubeadm's own waiting times in seconds that bound something which a slow card makes long. */
const waits = {
  controlPlaneComponentHealthCheck: 240,
  kubeletHealthCheck: 240,
  tlsBootstrap: 300,
  discovery: 300,
  upgradeManifests: 300,
} as const;

/** A card that stalls is no failure: a control plane has time to start, to renew a lease, to hear of a member. */
export const controlPlaneTimeouts = resourceRule({
  name: "control-plane-timeouts",
  description:
    "Leases and etcd's elections tolerate a stalling card, and kubeadm's timeouts tolerate a slow board.",
  settings: {
    ...kubeadmSettings,
    waitSeconds: z
      .number()
      .default(600)
      .describe(
        "Minimum of kubeadm's timeouts in seconds; its defaults are 240 and 300. controlPlaneComponentHealthCheck also sets the startup probes of the control plane's pods.",
      ),
    leaseSeconds: z
      .number()
      .default(30)
      .describe("Minimum lease-duration in seconds with leader election; the default of Kubernetes is 15."),
    electionMs: z
      .number()
      .default(2500)
      .describe("Minimum election-timeout in ms of etcd with several members; its default is 1000."),
  },
  subject: kubeadmIn,
  messages: ({ documents, controlPlanes }, { waitSeconds, leaseSeconds, electionMs }) => [
    ...documents.flatMap((document) => waitMessages(document, waitSeconds)),
    ...programsIn(documents)
      .filter(({ elects }) => elects && controlPlanes !== 1)
      .flatMap((each) => leaseMessages(each, leaseSeconds)),
    ...clusterConfigurations(documents)
      .filter(() => (controlPlanes ?? 1) > 1)
      .flatMap((document) => etcdMessages(document, electionMs)),
  ],
});

function waitMessages({ kind = "", timeouts = {} }: KubeadmDocument, waitSeconds: number): Messages {
  if (kind !== "InitConfiguration" && kind !== "JoinConfiguration") return [];
  return Object.entries(waits).map(([name, own]) => {
    const given = timeouts[name];
    const what = given === undefined ? `is not set and defaults to ${own} s` : `is ${given}`;
    return (
      // A duration that can't be read is too short as well.
      !((given === undefined ? own : secondsOf(given)) >= waitSeconds) &&
      `timeouts.${name} of kubeadm's ${kind} ${what}: a board with a slow card takes longer, and kubeadm gives up half-way. Set it to at least ${waitSeconds}s.`
    );
  });
}

type Program = ReturnType<typeof programsIn>[number];

function leaseMessages({ program, given }: Program, leaseSeconds: number): Messages {
  const of = (name: string, own: string) => secondsOf(given.get(name) ?? own);
  const [lease, renew, retry] = [
    of("leader-elect-lease-duration", "15s"),
    of("leader-elect-renew-deadline", "10s"),
    of("leader-elect-retry-period", "2s"),
  ];
  return [
    !(lease >= leaseSeconds) &&
      `the ${program} has a lease of ${lease} s: it exits whenever a card stalls for that long, although no other instance would do better. Set leader-elect-lease-duration to at least ${leaseSeconds}s.`,
    // client-go lets retries wait up to 1.2 times as long, and does not start with less.
    !(lease > renew && renew > 1.2 * retry) &&
      `the ${program} does not start with a lease of ${lease} s, a renew-deadline of ${renew} s and a retry-period of ${retry} s: each must be longer than the next. Set leader-elect-renew-deadline to three quarters of the lease and leader-elect-retry-period to a sixth.`,
  ];
}

function etcdMessages({ etcd }: KubeadmDocument, electionMs: number): Messages {
  if (etcd?.external !== undefined) return [];
  const given = argumentsOf(etcd?.local?.extraArgs);
  const heartbeat = Number(given.get("heartbeat-interval") ?? 100);
  const election = Number(given.get("election-timeout") ?? 1000);
  return [
    !(election >= electionMs) &&
      `etcd's election-timeout is ${election} ms: members on slow cards consider each other dead, and nothing can be written during an election. Set it to at least ${electionMs}.`,
    !(election >= 5 * heartbeat) &&
      `etcd does not start with an election-timeout of ${election} ms and a heartbeat-interval of ${heartbeat} ms: the ratio must be at least five. Raise election-timeout.`,
  ];
}

function clusterConfigurations(documents: readonly KubeadmDocument[]): KubeadmDocument[] {
  return documents.filter(({ kind }) => kind === "ClusterConfiguration");
}

/** What elects a leader unless it is told not to. */
function programsIn(documents: readonly KubeadmDocument[]) {
  return clusterConfigurations(documents).flatMap((document) =>
    Object.entries(electing).map(([key, program]) => {
      const given = argumentsOf(document[key as keyof typeof electing]?.extraArgs);
      return { program, given, elects: given.get("leader-elect") !== "false" };
    }),
  );
}
