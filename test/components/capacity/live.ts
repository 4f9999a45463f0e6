import type { V1Pod } from "@kubernetes/client-node";
import type { PodSpec } from "../../../components/workload/workload.ts";

/** What a test changes of a pod. */
export interface PodChange {
  readonly namespace?: string;
  readonly name?: string;
  /** Kind and name of its controller. Default: none. */
  readonly owner?: readonly [kind: string, name: string];
  readonly labels?: Record<string, string>;
  readonly annotations?: Record<string, string>;
  readonly deletionTimestamp?: string;
  readonly phase?: string;
  /** Default: `a`. */
  readonly board?: string | undefined;
  /** Its only container's request. Default: none. */
  readonly memory?: string;
  readonly spec?: Partial<PodSpec>;
}

/** A pod as the API server tells of it. */
export function livePod(change: PodChange = {}): V1Pod {
  const { namespace = "media", name = "jellyfin-5c4f7d9b8-x2x4z", owner, board = "a", memory, spec } = change;
  const { labels, annotations, deletionTimestamp, phase = "Running" } = change;
  const [kind, ownerName] = owner ?? [];
  const ownerReferences = kind !== undefined && [
    { apiVersion: "v1", kind, name: ownerName, uid: "1", controller: true },
  ];
  const pod = {
    metadata: {
      ...{ namespace, name, labels, annotations, deletionTimestamp },
      ...(ownerReferences && { ownerReferences }),
    },
    spec: {
      nodeName: "board" in change ? change.board : board,
      priority: 0,
      containers: [{ name: "app", ...(memory !== undefined && { resources: { requests: { memory } } }) }],
      ...spec,
    },
    status: { phase },
  };
  return pod as unknown as V1Pod;
}
