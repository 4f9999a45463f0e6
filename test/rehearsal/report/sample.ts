import { type PlannedBoard, planBoards } from "../../../components/board/board.ts";
import type { MemoryPlan } from "../../../components/board/memoryPlan.ts";
import type { BoardOutcome, Outcome, PlacedPod } from "../../../rehearsal/report/outcome.ts";

/** A plan with figures of its own: the report must not care how a plan is made. */
function plan(capacity: number, kubeReserved: number, maxPods: number): MemoryPlan {
  const systemReserved = 106;
  const evictionHard = 128;
  return {
    capacity,
    systemReserved,
    kubeReserved,
    evictionHard,
    evictionSoft: 160,
    evictionMinimumReclaim: 64,
    maxPods,
    allocatable: Math.max(0, capacity - systemReserved - kubeReserved - evictionHard),
    derivation: {
      systemReserved: [
        { what: "daemons", mebibytes: 30, source: "measured on a 1 GiB board" },
        { what: "kernel memory", mebibytes: 76, source: "an estimate" },
      ],
      kubeReserved: [
        { what: "kubelet and containerd", mebibytes: 162, source: "docs/memory.md" },
        { what: `shims of ${maxPods} pods`, mebibytes: kubeReserved - 162, source: "docs/memory.md" },
      ],
    },
  };
}

const boards: PlannedBoard[] = planBoards([
  { name: "pi4", model: "rpi-4b-2gb", role: "controlPlane", host: "192.168.1.10" },
  { name: "pi3-1", model: "rpi-3b", role: "worker", host: "192.168.1.11" },
  { name: "pi3-2", model: "rpi-3b", role: "worker", host: "192.168.1.12" },
  { name: "pi3-3", model: "rpi-3b", role: "worker", host: "192.168.1.13" },
]).map((board) => ({ ...board, memory: board.ram === 2048 ? plan(1848, 307, 28) : plan(905, 233, 14) }));

/** A pod as the scheduler would have placed it. */
export function pod(namespace: string, name: string, memory: number, isStatic = false): PlacedPod {
  return { namespace, name, memory, isStatic, isOther: false };
}

function everywhere(suffix: string): PlacedPod[] {
  return [
    pod("kube-system", `kube-proxy-${suffix}`, 59),
    pod("kube-flannel", `kube-flannel-ds-${suffix}`, 50),
    pod("datadog", `datadog-agent-${suffix}`, 160),
  ];
}

const placed: PlacedPod[][] = [
  [
    pod("kube-system", "etcd-pi4", 68, true),
    pod("kube-system", "kube-apiserver-pi4", 320, true),
    pod("kube-system", "kube-controller-manager-pi4", 144, true),
    pod("kube-system", "kube-scheduler-pi4", 87, true),
    ...everywhere("x7k2p"),
    pod("kube-system", "coredns-7d764666f9-4ljzq", 70),
    pod("kube-system", "coredns-7d764666f9-vwx8d", 70),
  ],
  [...everywhere("9d4wv"), pod("gogs", "gogs-0", 128)],
  [
    ...everywhere("hb6tc"),
    pod("ingress", "traefik-6c8b5d94f7-2mqkr", 96),
    pod("dns", "dynamic-dns-5f7c9b8d64-zs5lt", 24),
  ],
  [
    ...everywhere("r8n5j"),
    pod("kube-system", "metrics-server-68b9f7d5c4-tq2xg", 64),
    pod("datadog", "kube-state-metrics-7bc9d8f4d5-6kvpw", 48),
    pod("sensors", "sensor-gateway-84d5c6f79b-lx9bz", 48),
  ],
];

/** A rehearsal in which everything runs: four boards, 24 pods. */
export const sample: Outcome = {
  stack: "rehearsal",
  kubernetesVersion: "1.36.3",
  deployedBy: "Pulumi 3.259.0",
  changes: "46 created",
  boards: boards.map((board, index) => ({ board, pods: placed[index] ?? [] })),
  pending: [],
  uncertain: [],
  atRisk: [],
  failures: [
    { board: "pi4", isRehearsed: true, hasControlPlane: false, moves: [], pending: [], tied: [] },
    { board: "pi3-1", isRehearsed: true, hasControlPlane: true, moves: [], pending: [], tied: ["gogs"] },
    {
      board: "pi3-2",
      isRehearsed: true,
      hasControlPlane: true,
      moves: [{ name: "dynamic-dns", from: "pi3-2", to: "pi3-1" }],
      pending: [],
      tied: ["traefik"],
    },
    {
      board: "pi3-3",
      isRehearsed: false,
      hasControlPlane: true,
      moves: [{ name: "metrics-server", from: "pi3-3", to: "pi4" }],
      pending: [{ name: "sensor-gateway", reason: "0/4 nodes are available: 3 Insufficient memory." }],
      tied: [],
    },
  ],
  upgrade: ["pi4", "pi3-1", "pi3-2", "pi3-3"].map((board) => {
    const isLast = board === "pi3-3";
    const shortage = { name: "sensor-gateway", resource: "memory", needed: 48, board: "pi3-1", left: 41 };
    const pending = isLast ? [{ ...shortage, instead: undefined, movable: true, isStatic: false }] : [];
    return { board, isCertain: !isLast, moves: [], pending, tied: board === "pi3-1" ? ["gogs"] : [] };
  }),
  policies: [
    {
      name: "stack-fits",
      description: "Everything registered fits.",
      level: "mandatory",
      violations: [],
    },
    {
      name: "survives-failure",
      description: "If any one board fails, the others have enough free memory for everything that can move.",
      level: "advisory",
      violations: [{ resource: "sensors-deployment", message: "if pi3-3 fails, sensor-gateway needs 48Mi." }],
    },
  ],
  steps: [
    { name: "start etcd, kube-apiserver, kube-controller-manager and kube-scheduler", seconds: 11.4 },
    { name: "register 4 boards", seconds: 0.8 },
    { name: "deploy the stack", seconds: 74.6 },
    { name: "wait until every pod is placed", seconds: 6.2 },
    { name: "fail pi3-1", seconds: 21.7 },
    { name: "fail pi3-2", seconds: 19.9 },
    { name: "fail pi3-3", seconds: 23.1 },
  ],
};

/** The sample with one more pod on the board at `index`. */
export function withPod(index: number, added: PlacedPod): Outcome {
  return withBoard(index, (each) => ({ ...each, pods: [...each.pods, added] }));
}

/** The sample with another name for the board at `index`. */
export function withBoardName(index: number, name: string): Outcome {
  return withBoard(index, ({ board, pods }) => ({ board: { ...board, name }, pods }));
}

/** The sample with a board too small for its reserves at `index`. */
export function withTinyBoard(index: number): Outcome {
  const tiny = { modelName: "Raspberry Pi Zero 2 W", ram: 512, memory: plan(416, 195, 6) };
  return withBoard(index, ({ board, pods }) => ({ board: { ...board, ...tiny }, pods }));
}

function withBoard(index: number, change: (board: BoardOutcome) => BoardOutcome): Outcome {
  return { ...sample, boards: sample.boards.map((each, at) => (at === index ? change(each) : each)) };
}
