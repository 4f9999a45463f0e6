import { expect, it } from "vitest";
import { planBoards } from "../../../components/board/board.ts";
import { memoryBudget } from "../../../components/capacity/memoryBudget.ts";
import { shortageText } from "../../../components/capacity/shortage.ts";
import { memoryLimit, memoryRequest, needsOf } from "../../../components/capacity/podNeeds.ts";
import type { Container, Load, PodSpec } from "../../../components/workload/workload.ts";

const container = (memory: string, change: Partial<Container> = {}): Container => ({
  name: "c",
  resources: { requests: { memory, cpu: "100m" }, limits: { memory } },
  ...change,
});
const pod = (change: Partial<PodSpec> = {}): PodSpec => ({ containers: [container("100Mi")], ...change });
const sidecar = (memory: string) => container(memory, { restartPolicy: "Always" });

it.each<[string, PodSpec, number]>([
  ["its containers", pod({ containers: [container("100Mi"), container("20Mi")] }), 120],
  ["a larger init container", pod({ initContainers: [container("300Mi"), container("10Mi")] }), 300],
  ["a sidecar beside its containers", pod({ initContainers: [sidecar("50Mi")] }), 150],
  [
    "a sidecar beside later init containers",
    pod({ initContainers: [sidecar("50Mi"), container("90Mi")] }),
    150,
  ],
  ["more of them", pod({ initContainers: [sidecar("50Mi"), container("200Mi"), sidecar("30Mi")] }), 250],
  ["no sidecar before it starts", pod({ initContainers: [container("120Mi"), sidecar("50Mi")] }), 150],
  ["the pod's own figure", pod({ resources: { requests: { memory: "64Mi" } } }), 64],
  ["its overhead", pod({ overhead: { memory: "16Mi" } }), 116],
  [
    "a limit without a request",
    pod({ containers: [container("0", { resources: { limits: { memory: "80Mi" } } })] }),
    80,
  ],
  ["nothing where nothing is said", pod({ containers: [{ name: "c" }] }), 0],
])("counts %s", (_, spec, expected) => {
  expect(memoryRequest(spec)).toBe(expected);
});

it("has no limit where a container has none", () => {
  expect(memoryLimit(pod())).toBe(100);
  expect(memoryLimit(pod({ containers: [container("100Mi"), { name: "free" }] }))).toBe(Infinity);
});

it("counts host ports, and those of a container on the host's network", () => {
  const ports = [
    { containerPort: 8080, hostPort: 80 },
    { containerPort: 53, protocol: "UDP" },
  ];
  const needs = (change: Partial<PodSpec>) =>
    [...needsOf(pod({ containers: [container("1Mi", { ports })], ...change })).keys()].slice(4);
  expect(needs({})).toEqual(["port TCP 80"]);
  expect(needs({ hostNetwork: true })).toEqual(["port TCP 80", "port UDP 53"]);
});

const boards = planBoards([
  { name: "cp", ram: 2048, cores: 4, role: "controlPlane", host: "cp.lan" },
  { name: "a", ram: 1024, cores: 1, role: "worker", host: "a.lan" },
]);
const load = (spec: PodSpec, replicas = 1, kind: Load["kind"] = "Deployment"): Load => ({
  name: "app",
  namespace: "app",
  kind,
  replicas,
  pod: spec,
});
const shortages = (each: Load) => [...new Set(memoryBudget(boards, [each]).shortages.map(shortageText))];

it.each<[string, Load, string]>([
  [
    "CPU",
    load(pod({ containers: [container("1Mi", { resources: { requests: { cpu: "1500m" } } })] })),
    "app needs 1500m of CPU; the board with the most left, a, has 1000m of CPU left: 500m of CPU too much",
  ],
  [
    "pods",
    load({ containers: [{ name: "c" }] }, 20),
    "app needs 1 pod slot; the board with the most left, a, has 0 pod slots left: 1 pod slot too much",
  ],
  [
    "disk",
    load(
      pod({ containers: [container("1Mi", { resources: { requests: { "ephemeral-storage": "20Gi" } } })] }),
    ),
    "20480Mi of disk; the board with the most left, a, has 12902Mi of disk left",
  ],
  [
    "a host port",
    load(pod({ containers: [container("1Mi", { ports: [{ containerPort: 80, hostPort: 80 }] })] }), 2),
    "app needs port 80 (TCP), which is already in use on every board that it can run on",
  ],
  [
    "runs that overlap",
    load(pod(), 5, "CronJob"),
    "app needs 100Mi; the board with the most left, a, has 6Mi left",
  ],
])("tells what lacks %s", (_, each, text) => {
  expect(shortages(each)).toEqual([expect.stringContaining(text)]);
});

it("adds up the limits of each board", () => {
  const { boards: budgets } = memoryBudget(boards, [load(pod(), 2)]);
  expect(budgets.map(({ limits }) => limits)).toEqual([0, 200]);
});
