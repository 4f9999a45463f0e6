import * as fc from "fast-check";
import { type BoardDescription, type PlannedBoard, planBoards } from "../../../components/board/board.ts";
import { models } from "../../../components/board/models.ts";
import { kubeadmWorkloads } from "../../../components/kubeadm/kubeadmWorkloads.ts";
import { priorityClasses } from "../../../components/workload/priorities.ts";
import { someUserApps } from "./randomApps.ts";
import type { PodSpec, StaticPod, Workload } from "../../../components/workload/workload.ts";

/** A cluster as a random generator makes it up. */
export interface RandomCluster {
  readonly boards: readonly PlannedBoard[];
  readonly loads: readonly (StaticPod | Workload)[];
  /** Pods that are not bramble's and run already. */
  readonly others: readonly PodOfOthers[];
}

/** A pod as `kubectl` applies it. */
export interface PodOfOthers {
  readonly metadata: { readonly namespace: string; readonly name: string };
  readonly spec: PodSpec;
}

type ModelName = NonNullable<BoardDescription["model"]>;
const modelNames = Object.keys(models) as ModelName[];

/** Boards of any model, the first of them a control plane. */
export function someBoards(least: number, most: number, from = modelNames): fc.Arbitrary<PlannedBoard[]> {
  const board = fc.record({ model: fc.constantFrom(...from), isControlPlane: fc.boolean() });
  return fc.array(board, { minLength: least, maxLength: most }).map((chosen) =>
    planBoards(
      chosen.map(({ model, isControlPlane }, i) => ({
        name: `board-${i}`,
        model,
        role: i === 0 || (isControlPlane && i < 3) ? ("controlPlane" as const) : ("worker" as const),
        host: `192.168.1.${i + 1}`,
      })),
    ),
  );
}

/** Workloads of all kinds: tied to a board or to none, small and large, of each priority, for some boards only. */
export function someWorkloads(boards: readonly PlannedBoard[], most: number): fc.Arbitrary<Workload[]> {
  const names = boards.map(({ name }) => name);
  const size = fc
    .oneof(
      { weight: 5, arbitrary: fc.integer({ min: 1, max: 6 }) },
      { weight: 1, arbitrary: fc.integer({ min: 7, max: 24 }) },
    )
    .map((units) => 16 * units);
  const one = fc.record({
    kind: fc.constantFrom("DaemonSet" as const, "Deployment" as const, "StatefulSet" as const),
    replicas: fc.constantFrom(1, 1, 1, 2, 3),
    memory: size,
    init: fc.option(size, { freq: 1 }),
    cpu: fc.constantFrom("10m", "10m", "250m", "1"),
    priorityClassName: fc.constantFrom(undefined, "system-cluster-critical", ...Object.keys(priorityClasses)),
    board: fc.option(fc.constantFrom(...names), { freq: 1 }),
    anywhere: fc.boolean(),
    hostPort: fc.integer({ min: 0, max: 15 }).map((port) => (port < 2 ? 80 + port : null)),
    preferred: fc.boolean(),
  });
  return fc
    .array(one, { minLength: 1, maxLength: most })
    .map((chosen) => chosen.map((each, i) => workloadOf(`app-${i}`, each)));
}

interface Chosen {
  kind: Workload["kind"];
  replicas: number;
  memory: number;
  init: number | null;
  cpu: string;
  priorityClassName: string | undefined;
  board: string | null;
  anywhere: boolean;
  hostPort: number | null;
  preferred: boolean;
}

function workloadOf(name: string, chosen: Chosen): Workload {
  const { kind, replicas, memory, init, cpu, priorityClassName, board, anywhere, hostPort } = chosen;
  const controlPlane = [{ key: "node-role.kubernetes.io/control-plane", operator: "Exists" }];
  const container = (own: string, size: number) => ({
    name: own,
    image: "app:1",
    resources: { requests: { memory: `${size}Mi`, cpu } },
  });
  const pod: PodSpec = {
    ...(board !== null && kind !== "DaemonSet" && { nodeSelector: { "kubernetes.io/hostname": board } }),
    ...(anywhere && { tolerations: [{ operator: "Exists" }] }),
    ...(priorityClassName !== undefined && { priorityClassName }),
    ...(chosen.preferred && {
      affinity: {
        nodeAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 100, preference: { matchExpressions: controlPlane } },
          ],
        },
      },
    }),
    ...(init !== null && { initContainers: [container("init", init)] }),
    containers: [
      {
        ...container("app", memory),
        ...(hostPort !== null && { ports: [{ containerPort: hostPort, hostPort }] }),
      },
    ],
  };
  return { name, namespace: "default", kind, replicas, pod };
}

/** Pods without a controller that run on boards: small and large, with and without a request, of each priority. */
export function someOthers(boards: readonly PlannedBoard[], most: number): fc.Arbitrary<PodOfOthers[]> {
  const names = boards.map(({ name }) => name);
  const one = fc.record({
    board: fc.constantFrom(...names),
    memory: fc.integer({ min: 0, max: 12 }).map((units) => 16 * units),
    cpu: fc.constantFrom("10m", "10m", "250m"),
    priorityClassName: fc.constantFrom(
      undefined,
      undefined,
      "system-cluster-critical",
      ...Object.keys(priorityClasses),
    ),
    hostPort: fc.integer({ min: 0, max: 15 }).map((port) => (port < 2 ? 80 + port : null)),
  });
  return fc.array(one, { maxLength: most }).map((chosen) =>
    chosen.map(({ board, memory, cpu, priorityClassName, hostPort }, i) => ({
      metadata: { namespace: "default", name: `other-${i}-of-${board}` },
      spec: {
        nodeName: board,
        ...(priorityClassName !== undefined && { priorityClassName }),
        containers: [
          {
            name: "app",
            image: "app:1",
            resources: { requests: { ...(memory > 0 && { memory: `${memory}Mi` }), cpu } },
            ...(hostPort !== null && { ports: [{ containerPort: hostPort, hostPort }] }),
          },
        ],
      },
    })),
  );
}

/**
 * A cluster with kubeadm's own pods, some workloads and some apps of the user's.
 *
 * @param mostOthers pods that are not bramble's. Default: none
 */
export function someCluster(
  boards: fc.Arbitrary<PlannedBoard[]>,
  most: number,
  mostOthers = 0,
): fc.Arbitrary<RandomCluster> {
  return boards.chain((all) => {
    const controlPlanes = all.filter(({ role }) => role === "controlPlane").map(({ name }) => name);
    const some = fc.tuple(someWorkloads(all, most), someUserApps(all, 2), someOthers(all, mostOthers));
    return some.map(([workloads, userApps, others]) => ({
      boards: all,
      loads: [...kubeadmWorkloads(controlPlanes), ...workloads, ...userApps],
      others,
    }));
  });
}
