import path from "node:path";
import { CoreV1Api, type V1Node, type V1Pod } from "@kubernetes/client-node";
import * as fc from "fast-check";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { stringify } from "yaml";
import { readPods } from "../../components/capacity/clusterPods.ts";
import { otherPodsIn } from "../../components/capacity/otherPods.ts";
import { type MemoryBudget, memoryBudget } from "../../components/capacity/memoryBudget.ts";
import { planBoards } from "../../components/board/board.ts";
import { priorityClasses } from "../../components/workload/priorities.ts";
import type { PodSpec } from "../../components/workload/workload.ts";
import { nodeOf, objectOf } from "../../rehearsal/boardObjects.ts";
import { isRefused } from "../../rehearsal/boards.ts";
import {
  type Apply,
  applyTo,
  connect,
  startControlPlane,
  stopControlPlane,
} from "../../rehearsal/controlPlane.ts";
import { rehearsalFolder, repository } from "../../rehearsal/folder.ts";
import { findTools } from "../../tools/obtain.ts";
import { type RandomCluster, someBoards, someCluster } from "../components/capacity/clusters.ts";

// All clusters share one control plane: each has nodes of its own, and its pods choose them by a label.
const count = Number(process.env.BRAMBLE_CLUSTERS ?? 200);
const atOnce = 40;
const label = "bramble-case";

/** One to five small boards, the first of them large enough for a control plane more often than not. */
const homeBoards = fc
  .tuple(
    someBoards(1, 1, ["rpi-4b-2gb", "rpi-4b-4gb", "rpi-4b-2gb", "rpi-3b"]),
    someBoards(2, 5, ["rpi-3b", "rpi-4b-1gb", "rpi-4b-2gb"]),
    fc.boolean(),
  )
  .map(([[first], [, ...others], isAlone]) => {
    const workers = isAlone
      ? []
      : others.map((board) => ({ ...board, role: "worker" as const, takesApps: true }));
    return first ? [{ ...first, takesApps: workers.length === 0 }, ...workers] : [];
  });

/**
 * All that kwok does here (https://kwok.sigs.k8s.io/docs/user/stages-configuration/). Nobody asks whether a pod runs,
 * and each that does is some ten updates.
 */
const stage = {
  apiVersion: "kwok.x-k8s.io/v1alpha1",
  kind: "Stage",
  metadata: { name: "ready" },
  spec: {
    resourceRef: { apiGroup: "v1", kind: "Node" },
    selector: {
      matchExpressions: [
        {
          key: '.status.conditions.[] | select(.type == "Ready") | .status',
          operator: "NotIn",
          values: ["True"],
        },
      ],
    },
    next: {
      statusTemplate: 'conditions: [{ type: Ready, status: "True", lastHeartbeatTime: {{ Now | Quote }} }]',
    },
  },
};

const folder = rehearsalFolder(path.join(repository, `.rehearsal-scheduler-${process.pid}`));
const tools = await findTools();
let apply: Apply;
let api: CoreV1Api;

beforeAll(async () => {
  await mkdir(folder.kwok, { recursive: true });
  await writeFile(path.join(folder.kwok, "kwok.yaml"), stringify(stage));
  await startControlPlane(folder, tools, new AbortController().signal);
  apply = applyTo(connect(folder));
  api = connect(folder).makeApiClient(CoreV1Api);
  for (const [name, { value }] of Object.entries(priorityClasses)) {
    await apply(object("scheduling.k8s.io/v1", "PriorityClass", { metadata: { name }, value }));
  }
}, 180_000);
afterAll(() => stopControlPlane(folder, tools.kwokctl), 120_000);

function object(apiVersion: string, kind: string, rest: object) {
  return { apiVersion, kind, ...rest };
}

interface Case extends RandomCluster {
  readonly id: string;
  readonly budget: MemoryBudget;
}

/** A cluster under names of its own. */
function renamed(cluster: RandomCluster, id: string): RandomCluster & { id: string } {
  const own = JSON.stringify(cluster).replaceAll("board-", `${id}-board-`);
  return { id, ...(JSON.parse(own) as RandomCluster) };
}

/** Clusters with the pods that run there before anything of bramble does, and what the budget says of them. */
async function begin(clusters: readonly ReturnType<typeof renamed>[], namespace: string): Promise<Case[]> {
  await Promise.all(
    clusters.map(async ({ id, boards, others }) => {
      for (const board of boards) {
        const node = nodeOf(board);
        Object.assign(node.metadata?.labels ?? {}, { [label]: id });
        await apply(node);
      }
      for (const { metadata, spec } of others) {
        const labels = { [label]: id };
        await apply(
          object("v1", "Pod", {
            metadata: { ...metadata, namespace, labels },
            spec: { ...spec, terminationGracePeriodSeconds: 0, automountServiceAccountToken: false },
          }),
        );
      }
    }),
  );
  // As `pulumi preview` reads them.
  const { pods, use } = await readPods(await readFile(folder.kubeconfig, "utf8"), 60);
  return clusters.map((each) => {
    const { boards, loads, others } = each;
    const running = otherPodsIn(pods, use, { stack: "home", boards, loads });
    expect(running.staying).toHaveLength(others.length);
    return { ...each, budget: memoryBudget(boards, loads, running) };
  });
}

/** A namespace with the service account without which no pod is admitted. */
async function makeNamespace(name: string): Promise<void> {
  await apply(object("v1", "Namespace", { metadata: { name } }));
  while ((await api.listNamespacedServiceAccount({ namespace: name })).items.length === 0) await sleep(100);
}

async function put({ id, loads }: Case, namespace: string): Promise<void> {
  for (const load of loads) {
    const pod = {
      ...load.pod,
      automountServiceAccountToken: false,
      // It goes at once, without a kubelet.
      terminationGracePeriodSeconds: 0,
      nodeSelector: { ...load.pod.nodeSelector, [label]: id },
    };
    const name = load.kind === "StaticPod" ? load.name : `${id}-${load.name}`;
    const made = objectOf({ ...load, name, namespace, pod }) as { spec: Record<string, unknown> };
    // Pods that wait for the one before them would never be made where that one finds no room.
    if (load.kind === "StatefulSet") made.spec.podManagementPolicy = "Parallel";
    await apply(made as Parameters<Apply>[0]);
  }
}

type Verdict = "fits" | "might not fit" | "does not fit";

function verdictOf({ budget }: Case): Verdict {
  if (budget.shortages.length > 0) return "does not fit";
  return budget.uncertain.length + budget.atRisk.length > 0 ? "might not fit" : "fits";
}

/** Whose cluster a pod is of. */
const caseOf = ({ metadata, spec }: V1Pod) => spec?.nodeSelector?.[label] ?? metadata?.labels?.[label] ?? "";
/** Whether a pod was there before. */
const isOther = ({ metadata }: V1Pod) => metadata?.labels?.[label] !== undefined;

/** The pods of clusters, once each has a board or was refused one and nothing changes any more. */
async function settled(cases: readonly Case[], namespace: string): Promise<Map<string, V1Pod[]>> {
  const begin = performance.now();
  let before = "";
  let same = 0;
  for (;;) {
    const { items } = await api.listNamespacedPod({ namespace });
    const pods = Map.groupBy(items, caseOf);
    const look = JSON.stringify(items.map(({ metadata, spec }) => [metadata?.uid, spec?.nodeName]).sort());
    same = look === before && cases.every((each) => isDecided(each, pods.get(each.id) ?? [])) ? same + 1 : 0;
    before = look;
    if (same >= 2 || performance.now() - begin > 120_000) return pods;
    await sleep(700);
  }
}

/** A pod that found no room is tried again after 10 s at most; where all are to find some, they are waited for. */
function isDecided(each: Case, pods: readonly V1Pod[]): boolean {
  const { boards, shortages } = each.budget;
  const held = boards.flatMap((board) => board.held.filter(({ other }) => other === undefined));
  const wanted = held.length + shortages.length;
  const leaving = pods.some(({ metadata }) => metadata?.deletionTimestamp !== undefined);
  const pending = pods.filter(({ spec }) => spec?.nodeName === undefined);
  if (leaving || pods.filter((pod) => !isOther(pod)).length < wanted) return false;
  return verdictOf(each) === "fits" ? pending.length === 0 : pending.every(isRefused);
}

/** Pods that ran before and are gone. */
function evicted({ others }: Case, pods: readonly V1Pod[]): string[] {
  const there = new Set(pods.map(({ metadata }) => metadata?.name));
  return others.flatMap(({ metadata: { name } }) => (there.has(name) ? [] : [name]));
}

/** What of a cluster has no place. */
function homeless({ boards }: Case, pods: readonly V1Pod[]): string[] {
  const pending = pods.filter(({ spec }) => spec?.nodeName === undefined);
  // A static pod is given to its board unasked. The board's kubelet would refuse it; kwok has no kubelet.
  const overcommitted = boards.filter(
    ({ name, memory }) => memoryOf(pods.filter(({ spec }) => spec?.nodeName === name)) > memory.allocatable,
  );
  return [...pending.map(({ metadata }) => metadata?.name ?? ""), ...overcommitted.map(({ name }) => name)];
}

function memoryOf(pods: readonly V1Pod[]): number {
  return pods.reduce((total, { spec }) => {
    const [container] = spec?.containers ?? [];
    const init = spec?.initContainers?.[0];
    const size = (each = container) => parseInt(each?.resources?.requests?.memory ?? "0", 10);
    return total + Math.max(size(), init ? size(init) : 0);
  }, 0);
}

it(
  `the real scheduler does with ${count} random clusters what the budget says`,
  { timeout: 900_000 },
  async () => {
    const clusters = fc.sample(someCluster(homeBoards, 5, 3), { numRuns: count, seed: 715 });
    const verdicts = { fits: 0, "might not fit": 0, "does not fit": 0 };
    const disagreements: string[] = [];
    let evictions = 0;
    for (let at = 0; at < clusters.length; at += atOnce) {
      const own = clusters.slice(at, at + atOnce).map((cluster, i) => renamed(cluster, `c${at + i}`));
      const namespace = `clusters-from-${at}`;
      await makeNamespace(namespace);
      const cases = await begin(own, namespace);
      await Promise.all(cases.map((each) => put(each, namespace)));
      const pods = await settled(cases, namespace);
      for (const each of cases) {
        const verdict = verdictOf(each);
        const here = pods.get(each.id) ?? [];
        const [pending, gone] = [homeless(each, here), evicted(each, here)];
        const without = [...pending, ...gone];
        verdicts[verdict] += 1;
        if (pending.length === 0 && gone.length > 0) evictions += 1;
        if (
          (verdict === "fits" && without.length > 0) ||
          (verdict === "does not fit" && without.length === 0)
        ) {
          const { shortages, atRisk } = each.budget;
          disagreements.push(
            `${each.id} ${verdict}: ${JSON.stringify([shortages, atRisk])}, in truth ${without.join()}`,
          );
        }
      }
      await api.deleteNamespace({ name: namespace });
      await api.deleteCollectionNode({ labelSelector: label });
    }
    console.log(`random clusters: ${JSON.stringify(verdicts)}, made to fit by an eviction: ${evictions}`);
    expect(disagreements).toEqual([]);
    // Each verdict is put to the test.
    for (const number of Object.values(verdicts)) expect(number).toBeGreaterThan(count / 20);
    // So is that bramble evicts nothing that is not its own.
    expect(evictions).toBeGreaterThan(0);
  },
);

it("the real scheduler evicts what the budget says is at risk", { timeout: 120_000 }, async () => {
  const boards = planBoards([
    { name: "board-0", model: "rpi-4b-2gb", role: "controlPlane", host: "192.168.1.1" },
    { name: "board-1", model: "rpi-3b", role: "worker", host: "192.168.1.2" },
    { name: "board-2", model: "rpi-3b", role: "worker", host: "192.168.1.3" },
  ]);
  const pod = (memory: string): PodSpec => ({
    containers: [{ name: "app", image: "app:1", resources: { requests: { memory } } }],
  });
  const here = { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: ["board-1"] }] };
  const preferred = { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, preference: here }] };
  const kinds = { namespace: "default", kind: "Deployment", replicas: 1 } as const;
  // Of 438Mi, one that could be elsewhere, one that could not and comes later, and one that is not bramble's.
  const movable = {
    name: "movable",
    ...kinds,
    pod: { ...pod("200Mi"), affinity: { nodeAffinity: preferred } },
  };
  const tied = {
    ...{ name: "tied", ...kinds },
    pod: {
      ...pod("200Mi"),
      nodeSelector: { "kubernetes.io/hostname": "board-1" },
      priorityClassName: "bramble-app",
    },
  };
  const other = {
    metadata: { namespace: "default", name: "other" },
    spec: { nodeName: "board-1", ...pod("100Mi") },
  };
  const namespace = "at-risk";
  await makeNamespace(namespace);
  const cluster = renamed({ boards, loads: [movable, tied], others: [other] }, "risk");
  const [each] = await begin([cluster], namespace);
  expect(each?.budget).toMatchObject({ shortages: [], uncertain: [], atRisk: [`${namespace}/other`] });
  const isNew = ({ spec }: V1Node) => spec?.taints?.some(({ key }) => key.endsWith("/not-ready"));
  while ((await api.listNode({ labelSelector: `${label}=risk` })).items.some(isNew)) await sleep(200);
  const placed = async (load: (typeof cluster.loads)[number]) => {
    await put({ ...each!, loads: [load] }, namespace);
    const isPlaced = ({ metadata, spec }: V1Pod) =>
      metadata?.labels?.["app.kubernetes.io/name"] === `risk-${load.name}` && spec?.nodeName !== undefined;
    while (!(await api.listNamespacedPod({ namespace })).items.some(isPlaced)) await sleep(200);
  };
  const [first, second] = cluster.loads;
  await placed(first!);
  // Of pods with the same priority the youngest goes. No kubelet says here when they were started.
  for (const body of (await api.listNamespacedPod({ namespace })).items) {
    const { name = "" } = body.metadata ?? {};
    const minutes = name === "other" ? 1 : 60;
    Object.assign((body.status ??= {}), { startTime: new Date(Date.now() - minutes * 60_000) });
    await api.replaceNamespacedPodStatus({ name, namespace, body });
  }
  await placed(second!);
  const { items } = await api.listNamespacedPod({ namespace });
  expect(items.map(({ spec }) => spec?.nodeName)).toEqual(["risk-board-1", "risk-board-1"]);
  expect(evicted(each!, items)).toEqual(["other"]);
});
