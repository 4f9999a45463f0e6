import { stringify } from "yaml";
import { memoryPlan } from "../../components/board/memoryPlan.ts";
import type { ClusterNode } from "../../components/cluster/clusterLayout.ts";
import { kubeadmDocuments } from "../../components/cluster/clusterSteps.ts";
import type { Case } from "./cases.ts";
import { type Declared, object } from "./sound.ts";

interface Argument {
  name: string;
  value: string;
}

interface Documents {
  init: { timeouts: Record<string, string> };
  cluster: Record<"controllerManager" | "scheduler", { extraArgs: Argument[] }> & {
    etcd: { local?: { extraArgs: Argument[] }; external?: object };
  };
}
type Change = (documents: Documents) => unknown;

const node = (name: string, role: ClusterNode["role"]): ClusterNode => ({
  name,
  role,
  host: `${name}.example.com`,
  takesApps: role === "worker",
  memory: memoryPlan(1848),
  hostKey: "ssh-ed25519 AAAA",
  labels: {},
  taints: [],
});

const layoutOf = (controlPlanes: number) => ({
  version: "1.36.3",
  endpoint: "api.example.com:6443",
  podSubnet: "10.244.0.0/16",
  serviceSubnet: "10.96.0.0/12",
  ignoredChecks: [],
  hasNetwork: true,
  nodes: [
    ...Array.from({ length: controlPlanes }, (_, i) => node(`cp-${i}`, "controlPlane")),
    node("worker", "worker"),
  ],
});

function changed(controlPlanes: number, change: Change): object[] {
  const layout = layoutOf(controlPlanes);
  const [init, cluster, proxy] = structuredClone(kubeadmDocuments(layout, layout.nodes[0]!));
  change({ init, cluster } as unknown as Documents);
  return [init!, cluster!, proxy!];
}

/** A cluster that bramble makes, with one change of what kubeadm is told. */
const cluster =
  (controlPlanes: number, change: Change = () => undefined) =>
  (name: string): Declared => ({
    type: "bramble:cluster:KubeadmCluster",
    name,
    props: { layout: layoutOf(controlPlanes), kubeadm: changed(controlPlanes, change) },
  });

/** kubeadm's own ConfigMap, with one change. */
const configMap =
  (controlPlanes: number, change?: Change) =>
  (name: string): Declared => {
    const [, configuration] = changed(controlPlanes, change ?? (() => undefined));
    const data = { ClusterConfiguration: stringify(configuration) };
    const found = object("core/v1:ConfigMap", name, { data }, "kube-system");
    Object.assign(found.props.metadata as object, { name: "kubeadm-config" });
    return found;
  };

const program =
  (name: "controllerManager" | "scheduler", argument: string, value: string): Change =>
  ({ cluster: { [name]: settings } }) => {
    settings.extraArgs = [
      ...settings.extraArgs.filter((each) => each.name !== argument),
      { name: argument, value },
    ];
  };
const etcd =
  (argument: string, value: string): Change =>
  ({ cluster: { etcd: settings } }) =>
    (settings.local!.extraArgs = [
      ...settings.local!.extraArgs.filter((each) => each.name !== argument),
      { name: argument, value },
    ]);
const asBefore: Change = ({ cluster: own }) =>
  Object.assign(own, { scheduler: { extraArgs: { "leader-elect": "true" } } });
const elected = {
  leader: "uses leader election with a single control plane",
  none: "does not use leader election",
};

const cases: [policy: string, says: string | undefined, (name: string) => Declared, Case["config"]?][] = [
  ["leader-election", undefined, cluster(1)],
  ["leader-election", undefined, cluster(3)],
  ["leader-election", undefined, configMap(3), { controlPlanes: 3 }],
  // Nothing says how many there are.
  ["leader-election", undefined, configMap(3)],
  [
    "leader-election",
    `the kube-scheduler ${elected.leader}`,
    cluster(1, program("scheduler", "leader-elect", "true")),
  ],
  [
    "leader-election",
    `the kube-controller-manager ${elected.leader}`,
    cluster(1, ({ cluster: own }) => (own.controllerManager.extraArgs = [])),
  ],
  // As kubeadm's documents were before v1beta4.
  ["leader-election", `the kube-scheduler ${elected.leader}`, cluster(1, asBefore)],
  [
    "leader-election",
    `the kube-controller-manager ${elected.none} with 3`,
    cluster(3, program("controllerManager", "leader-elect", "false")),
  ],
  [
    "leader-election",
    `the kube-scheduler ${elected.none}`,
    configMap(3, program("scheduler", "leader-elect", "false")),
    { controlPlanes: 3 },
  ],
  ["control-plane-timeouts", undefined, cluster(1)],
  ["control-plane-timeouts", undefined, cluster(3)],
  ["control-plane-timeouts", undefined, configMap(3), { controlPlanes: 3 }],
  [
    "control-plane-timeouts",
    undefined,
    cluster(3, ({ cluster: { etcd: own } }) => {
      delete own.local;
      own.external = { endpoints: ["https://192.0.2.7:2379"] };
    }),
  ],
  [
    "control-plane-timeouts",
    "timeouts.controlPlaneComponentHealthCheck of kubeadm's InitConfiguration is 4m0s",
    cluster(1, ({ init }) => (init.timeouts.controlPlaneComponentHealthCheck = "4m0s")),
  ],
  [
    "control-plane-timeouts",
    "timeouts.tlsBootstrap of kubeadm's InitConfiguration is not set and defaults to 300 s",
    cluster(1, ({ init }) => delete init.timeouts.tlsBootstrap),
  ],
  [
    "control-plane-timeouts",
    "timeouts.upgradeManifests of kubeadm's InitConfiguration is soon",
    cluster(1, ({ init }) => (init.timeouts.upgradeManifests = "soon")),
  ],
  [
    "control-plane-timeouts",
    "the kube-scheduler has a lease of 20 s",
    cluster(3, ({ cluster: { scheduler } }) => {
      scheduler.extraArgs = [
        { name: "leader-elect-lease-duration", value: "20s" },
        { name: "leader-elect-renew-deadline", value: "15s" },
      ];
    }),
  ],
  [
    "control-plane-timeouts",
    "the kube-controller-manager has a lease of 15 s",
    configMap(3, ({ cluster: own }) => (own.controllerManager.extraArgs = [])),
  ],
  [
    "control-plane-timeouts",
    "the kube-controller-manager does not start with a lease of 60 s, a renew-deadline of 60 s",
    cluster(3, program("controllerManager", "leader-elect-renew-deadline", "1m")),
  ],
  [
    "control-plane-timeouts",
    "a renew-deadline of 45 s and a retry-period of 40 s",
    cluster(3, program("scheduler", "leader-elect-retry-period", "40s")),
  ],
  [
    "control-plane-timeouts",
    "etcd's election-timeout is 2000 ms",
    cluster(3, ({ cluster: { etcd: own } }) => {
      own.local!.extraArgs = [
        { name: "heartbeat-interval", value: "400" },
        { name: "election-timeout", value: "2000" },
      ];
    }),
  ],
  [
    "control-plane-timeouts",
    "etcd does not start with an election-timeout of 5000 ms and a heartbeat-interval of 2000 ms",
    cluster(3, etcd("heartbeat-interval", "2000")),
  ],
];

/** Every way to break a policy about what kubeadm is told, and what each lets pass. */
export const controlPlaneCases: readonly Case[] = cases.map(([policy, says, make, config], i) => ({
  policy,
  says,
  resource: make(`kubeadm-${i}`),
  config,
}));
