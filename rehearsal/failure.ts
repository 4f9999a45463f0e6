import { setTimeout as sleep } from "node:timers/promises";
import { CoreV1Api, type KubeConfig, type V1Node, type V1Pod } from "@kubernetes/client-node";
import type { BoardFailure, Move } from "../components/capacity/boardFailure.ts";
import { pinnedTo } from "../components/capacity/placement.ts";
import { shortageText } from "../components/capacity/shortage.ts";
import type { PodSpec } from "../components/workload/workload.ts";
import { isRefused } from "./boards.ts";

/** What a board's failure does. */
export interface FailureOutcome extends Omit<BoardFailure, "pending" | "uncertain"> {
  /** Whether the scheduler was seen to do it; else it was calculated. */
  readonly isRehearsed: boolean;
  /** Workloads that could run elsewhere and find no room, and why: the scheduler's words, or the budget's. */
  readonly pending: readonly { readonly name: string; readonly reason: string }[];
}

/** No pod that does not tolerate it stays on a board with it, as after five minutes on one that does not answer. */
const failed = { key: "bramble/failed", effect: "NoExecute" } as const;
/** Seconds for the pods of a board to find their places. */
const patience = 90;

/** A failure as it is calculated, in the report's terms. */
export function calculated(failure: BoardFailure): FailureOutcome {
  const pending = failure.pending.map((shortage) => ({
    name: shortage.name,
    reason: shortageText(shortage),
  }));
  return { ...failure, isRehearsed: false, pending };
}

/** Lets boards fail on the rehearsal's API server, one after the other, each from the same state. */
export class FailureRehearsal {
  readonly #api: CoreV1Api;
  readonly #signal: AbortSignal;

  constructor(config: KubeConfig, signal: AbortSignal) {
    this.#api = config.makeApiClient(CoreV1Api);
    this.#signal = signal;
  }

  /**
   * Lets a board fail, sees what the real scheduler does, and puts everything back. A board with which the API goes
   * is left alone: what then happens is nothing.
   */
  async fail(expected: BoardFailure): Promise<FailureOutcome> {
    if (!expected.hasControlPlane) return { ...calculated(expected), isRehearsed: true };
    const { board } = expected;
    const before = await this.#pods();
    await this.#change(board, (spec) => (spec.taints = [...(spec.taints ?? []), failed]));
    try {
      const after = await this.#settled((pods) => pods.every((pod) => pod.spec?.nodeName !== board));
      return { board, isRehearsed: true, hasControlPlane: true, ...difference(board, before, after) };
    } finally {
      await this.#change(
        board,
        (spec) => (spec.taints = (spec.taints ?? []).filter(({ key }) => key !== failed.key)),
      );
      await this.#putBack(before);
    }
  }

  /** Sends pods that moved back to where they were, board by board: the others take nothing meanwhile. */
  async #putBack(before: readonly V1Pod[]): Promise<void> {
    const { items: nodes } = await this.#api.listNode();
    const names = nodes.flatMap(({ metadata }) => metadata?.name ?? []);
    const absent = () => this.#pods().then((now) => difference("", before, now).moves);
    await this.#settled((pods) => pods.every((pod) => pod.spec?.nodeName !== undefined));
    for (const home of new Set((await absent()).map(({ from }) => from))) {
      const others = names.filter((name) => name !== home);
      for (const name of others) await this.#change(name, (spec) => (spec.unschedulable = true));
      const known = new Set(before.map(({ metadata }) => metadata?.uid));
      const moves = (await absent()).filter(({ from }) => from === home);
      const strangers = (await this.#pods()).filter(({ metadata }) => !known.has(metadata?.uid));
      for (const { name, to } of moves) {
        const at = strangers.findIndex((pod) => nameOf(pod) === name && pod.spec?.nodeName === to);
        const [pod] = at < 0 ? [] : strangers.splice(at, 1);
        const { name: podName = "", namespace = "" } = pod?.metadata ?? {};
        if (pod) await this.#api.deleteNamespacedPod({ name: podName, namespace });
      }
      await this.#settled((pods) => pods.every((pod) => pod.spec?.nodeName !== undefined));
      for (const name of others) await this.#change(name, (spec) => (spec.unschedulable = false));
    }
    await this.#settled((pods) => pods.every((pod) => pod.spec?.nodeName !== undefined));
  }

  /** Waits until every pod has a board or was refused one, and nothing changes any more. */
  async #settled(isExpected: (pods: readonly V1Pod[]) => boolean): Promise<V1Pod[]> {
    const begin = performance.now();
    let before = "";
    let same = 0;
    for (;;) {
      const pods = await this.#pods();
      const look = JSON.stringify(pods.map(({ metadata, spec }) => [metadata?.uid, spec?.nodeName]).sort());
      const isQuiet = pods.every(
        (pod) =>
          pod.metadata?.deletionTimestamp === undefined &&
          (pod.spec?.nodeName !== undefined || isRefused(pod)),
      );
      same = isQuiet && look === before ? same + 1 : 0;
      before = look;
      const seconds = (performance.now() - begin) / 1000;
      if ((same >= 2 && isExpected(pods)) || same >= 20 || seconds > patience) return pods;
      await sleep(500, undefined, { signal: this.#signal });
    }
  }

  /** The pods that a failure moves: not those of DaemonSets and kubelets, which go with their board, nor of Jobs. */
  async #pods(): Promise<V1Pod[]> {
    const { items } = await this.#api.listPodForAllNamespaces();
    const moving = ["ReplicaSet", "StatefulSet"];
    return items.filter(({ metadata }) =>
      (metadata?.ownerReferences ?? []).some(({ kind }) => moving.includes(kind)),
    );
  }

  async #change(name: string, change: (spec: NonNullable<V1Node["spec"]>) => unknown): Promise<void> {
    for (let tries = 0; ; tries++) {
      const node = await this.#api.readNode({ name });
      try {
        change((node.spec ??= {}));
        await this.#api.replaceNode({ name, body: node });
        return;
      } catch (error) {
        // Controllers write to nodes too, and then it must be read again.
        if (tries >= 10) throw error;
        await sleep(100, undefined, { signal: this.#signal });
      }
    }
  }
}

/** What is where it was not before, and what has no place. */
function difference(
  board: string,
  before: readonly V1Pod[],
  after: readonly V1Pod[],
): Pick<FailureOutcome, "moves" | "pending" | "tied"> {
  const staying = new Set(after.map(({ metadata }) => metadata?.uid));
  const known = new Set(before.map(({ metadata }) => metadata?.uid));
  const gone = before.filter(({ metadata }) => !staying.has(metadata?.uid));
  const moves: Move[] = [];
  const pending: FailureOutcome["pending"][number][] = [];
  const tied: string[] = [];
  for (const pod of after.filter(({ metadata }) => !known.has(metadata?.uid))) {
    const name = nameOf(pod);
    const to = pod.spec?.nodeName;
    if (to === undefined && pinnedTo(pod.spec as PodSpec) === board) tied.push(name);
    else if (to === undefined) pending.push({ name, reason: reasonOf(pod) });
    else {
      // A pod that is where one of its like was has not moved.
      const same = gone.findIndex((other) => nameOf(other) === name && other.spec?.nodeName === to);
      const like = same >= 0 ? same : gone.findIndex((other) => nameOf(other) === name);
      const [was] = like < 0 ? [] : gone.splice(like, 1);
      if (same < 0) moves.push({ name, from: was?.spec?.nodeName ?? "", to });
    }
  }
  return { moves, pending, tied: [...new Set(tied)] };
}

function nameOf({ metadata }: V1Pod): string {
  return metadata?.labels?.["app.kubernetes.io/name"] ?? metadata?.name ?? "";
}

function reasonOf({ status }: V1Pod): string {
  return (status?.conditions ?? []).find(({ message }) => message)?.message ?? "waiting for the scheduler";
}
