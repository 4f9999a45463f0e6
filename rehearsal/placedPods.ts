import { setTimeout as sleep } from "node:timers/promises";
import { CoreV1Api, type KubeConfig, type V1Pod } from "@kubernetes/client-node";
import type { MemoryBudget } from "../components/capacity/memoryBudget.ts";
import { owners, type OwnPods } from "../components/capacity/otherPods.ts";
import { memoryRequest } from "../components/capacity/podNeeds.ts";
import type { PodSpec } from "../components/workload/workload.ts";
import { isRefused } from "./boards.ts";
import type { BoardOutcome, Outcome, PendingPod } from "./report/outcome.ts";

/** Seconds for a pod that is on its way: kwok starts one in about a second, a busy machine takes longer. */
const patience = 180;
/** Seconds after which a pod that the scheduler refuses is taken to stay refused. */
const refusedFor = 10;

/**
 * Waits until every pod runs, and says where; or, after a while, which do not and why.
 *
 * @param config the rehearsal's API server
 * @param budget the pods that there will be
 * @param own what the stack has among them
 */
export async function placedPods(
  config: KubeConfig,
  budget: MemoryBudget,
  own: OwnPods,
  signal: AbortSignal,
): Promise<Pick<Outcome, "boards" | "pending">> {
  const api = config.makeApiClient(CoreV1Api);
  const ownerOf = owners(own);
  const begin = performance.now();
  for (;;) {
    const { items } = await api.listPodForAllNamespaces();
    const pods = items.filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
    const waiting = pods.filter((pod) => !isReady(pod));
    const pending = [...waiting.map(pendingPod), ...absentPods(budget, pods)];
    const seconds = (performance.now() - begin) / 1000;
    const allRefused = pending.length === waiting.filter(isRefused).length;
    if (pending.length === 0 || (allRefused && seconds > refusedFor) || seconds > patience) {
      return {
        boards: budget.boards.map(({ board }) => ({ board, pods: podsOn(board.name, pods, ownerOf) })),
        pending,
      };
    }
    await sleep(500, undefined, { signal });
  }
}

/** Pods that no controller has made. */
function absentPods({ boards }: MemoryBudget, pods: readonly V1Pod[]): PendingPod[] {
  const ours = boards.flatMap(({ held }) => held.filter(({ other }) => other === undefined));
  const expected = ours.map(({ name }) => name);
  return [...new Set(expected)].flatMap((name) => {
    const made = pods.filter(({ metadata }) => metadata?.labels?.["app.kubernetes.io/name"] === name).length;
    const missing = expected.filter((each) => each === name).length - made;
    const pod = { namespace: "", name, reason: "its controller has created no pod; see its events" };
    return Array.from({ length: Math.max(0, missing) }, () => pod);
  });
}

function podsOn(
  board: string,
  pods: readonly V1Pod[],
  ownerOf: ReturnType<typeof owners>,
): BoardOutcome["pods"] {
  return pods
    .filter(({ spec }) => spec?.nodeName === board)
    .map((pod) => ({
      namespace: pod.metadata?.namespace ?? "",
      name: pod.metadata?.name ?? "",
      memory: memoryRequest(pod.spec as PodSpec),
      // A controller owns every pod but those that a kubelet starts by itself.
      isStatic: ownerOf(pod) === "settings" && pod.metadata?.ownerReferences === undefined,
      isOther: ownerOf(pod) === "other",
    }));
}

function isReady({ status }: V1Pod): boolean {
  return (
    status?.phase === "Succeeded" ||
    (status?.conditions ?? []).some((condition) => condition.type === "Ready" && condition.status === "True")
  );
}

function pendingPod({ metadata, status }: V1Pod): PendingPod {
  const told = (status?.conditions ?? []).find(
    (condition) => condition.status === "False" && condition.message,
  );
  return {
    namespace: metadata?.namespace ?? "",
    name: metadata?.name ?? "",
    reason: told?.message ?? `its phase is ${status?.phase ?? "unknown"}`,
  };
}
