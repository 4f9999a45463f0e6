// What runs on the boards besides what this stack deploys there.
import type { V1Pod } from "@kubernetes/client-node";
import { type Load, type PodSpec, stackAnnotation, type Workload } from "../workload/workload.ts";

/** A pod on the board where it runs, most often one that is not bramble's. */
export interface OtherPod extends Omit<Workload, "kind"> {
  /** Namespace and name of its controller, or its own if it has none: `media/jellyfin`. */
  readonly name: string;
  /** Of its controller; `Pod` if it has none. `Deployment` stands for whatever may start it again on another board. */
  readonly kind: Load["kind"] | "Pod";
  /** Name of the board. */
  readonly board: string;
  /** Where the memory that is counted comes from. A pod without a request that was not measured counts as 0. */
  readonly source: "request" | "measurement" | "unknown";
}

/** Pods that run in a cluster. */
export interface OtherPods {
  /** Those that are not bramble's: they stay, and none is evicted for a pod of bramble's. */
  readonly staying: readonly OtherPod[];
  /** The stack's own, of an app that the settings no longer have: the next update removes them, at its end. */
  readonly leaving: readonly OtherPod[];
  /** Those of the settings that have their boards already. */
  readonly placed: readonly OtherPod[];
}

/** Nothing runs yet, or nobody could be asked. */
export const noOtherPods: OtherPods = { staying: [], leaving: [], placed: [] };

/** Memory that containers use, as a quantity, by `namespace/pod/container`. */
export type MemoryUse = ReadonlyMap<string, string>;

/** What tells a stack's own pods from others. */
export interface OwnPods {
  /** Name of the stack. */
  readonly stack: string;
  /** Everything that the settings have on the boards, kubeadm's own pods included. */
  readonly loads: readonly Load[];
  /** The boards of the settings. What runs on another node, or is left over on a dead board, takes nothing of theirs. */
  readonly boards: readonly { readonly name: string; readonly dead?: boolean }[];
}

/**
 * Sorts out a cluster's pods. What has ended, is about to, or has no board yet takes no memory and is not counted.
 *
 * @param pods all pods of all namespaces
 * @param use what was measured; a container without a memory request counts with that
 */
export function otherPodsIn(pods: readonly V1Pod[], use: MemoryUse, own: OwnPods): OtherPods {
  const living = new Set(own.boards.flatMap(({ name, dead }) => (dead === true ? [] : [name])));
  const isOn = ({ spec }: V1Pod) => living.has(spec?.nodeName ?? "");
  const ownerOf = owners(own);
  const {
    other = [],
    stack = [],
    settings = [],
  } = Object.groupBy(
    pods.filter((pod) => isOn(pod) && !hasEnded(pod)),
    ownerOf,
  );
  return {
    staying: other.map((pod) => otherPod(pod, use)),
    leaving: stack.map((pod) => otherPod(pod, use)),
    placed: settings.map((pod) => otherPod(pod, use)),
  };
}

/**
 * Whose a pod is: of the `settings`, of the `stack` although the settings do not have it any more, or `other`. It is
 * known by its controller's namespace and name, as kubeadm's pods carry no mark, and by the stack's annotation, which all
 * of bramble's own have.
 */
export function owners({ stack, loads }: OwnPods): (pod: V1Pod) => "settings" | "stack" | "other" {
  const known = new Set(loads.map(({ namespace, name }) => `${namespace}/${name}`));
  return (pod) => {
    if (known.has(`${pod.metadata?.namespace ?? ""}/${controllerOf(pod).name}`)) return "settings";
    return pod.metadata?.annotations?.[stackAnnotation] === stack ? "stack" : "other";
  };
}

function hasEnded({ metadata, status }: V1Pod): boolean {
  return (
    metadata?.deletionTimestamp !== undefined || status?.phase === "Succeeded" || status?.phase === "Failed"
  );
}

function otherPod(pod: V1Pod, use: MemoryUse): OtherPod {
  const { name: podName = "", namespace = "" } = pod.metadata ?? {};
  const { kind, name } = controllerOf(pod);
  // Left in the spec, it would tie the pod to the board.
  const { nodeName: board = "", ...spec } = pod.spec as PodSpec;
  const measured = withMeasurements(spec, (container) => use.get(`${namespace}/${podName}/${container}`));
  return { name: `${namespace}/${name}`, namespace, kind, replicas: 1, board, ...measured };
}

/** What a pod belongs to. */
function controllerOf({ metadata }: V1Pod): Pick<OtherPod, "kind" | "name"> {
  const { name: pod = "", ownerReferences = [], labels = {} } = metadata ?? {};
  const owner = ownerReferences.find(({ controller }) => controller);
  if (owner === undefined) return { kind: "Pod", name: pod };
  const { kind, name } = owner;
  switch (kind) {
    case "Node":
      // What the API server shows of a static pod.
      return { kind: "StaticPod", name: pod };
    case "DaemonSet":
    case "StatefulSet":
      return { kind, name };
    case "Job":
      // A CronJob appends the minute of the run.
      return { kind, name: name.replace(/-\d{8}$/, "") };
    default: {
      const suffix = `-${labels["pod-template-hash"] ?? ""}`;
      const isOfDeployment = kind === "ReplicaSet" && suffix !== "-" && name.endsWith(suffix);
      return { kind: "Deployment", name: isOfDeployment ? name.slice(0, -suffix.length) : name };
    }
  }
}

type Containers = PodSpec["containers"];

/** A pod's spec in which each container without a memory request has what it was measured to use. */
function withMeasurements(
  spec: PodSpec,
  useOf: (container: string) => string | undefined,
): Pick<OtherPod, "pod" | "source"> {
  if (spec.resources?.requests?.memory !== undefined) return { pod: spec, source: "request" };
  const sources = new Set<OtherPod["source"]>();
  const measured = (containers: Containers): Containers =>
    containers.map((container) => {
      const { requests, limits } = container.resources ?? {};
      if ((requests?.memory ?? limits?.memory) !== undefined) return container;
      const memory = useOf(container.name);
      sources.add(memory === undefined ? "unknown" : "measurement");
      if (memory === undefined) return container;
      return { ...container, resources: { ...container.resources, requests: { ...requests, memory } } };
    });
  const isSidecar = ({ restartPolicy }: Containers[number]) => restartPolicy === "Always";
  const pod = {
    ...spec,
    containers: measured(spec.containers),
    // The others have ended before their pod runs.
    initContainers: (spec.initContainers ?? []).flatMap((each) =>
      isSidecar(each) ? measured([each]) : [each],
    ),
  };
  const source = (["unknown", "measurement"] as const).find((each) => sources.has(each)) ?? "request";
  return { pod, source };
}
