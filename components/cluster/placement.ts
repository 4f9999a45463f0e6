import type { types } from "@pulumi/kubernetes";
import type { Unwrap } from "@pulumi/pulumi";
import type { PlannedBoard } from "../board/board.ts";
import { priorityClasses } from "../priorities.ts";
import { mebibytes } from "../quantity.ts";
import type { PodSpec, StaticPod, Workload } from "../workload.ts";
import { controlPlaneTaint } from "./kubeadmWorkloads.ts";

/**
 * Memory in MiB that the scheduler counts for a pod: containers together with sidecars, or the largest init
 * container if that is more (https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#resource-sharing-within-containers).
 */
export function memoryRequest(pod: PodSpec): number {
  const init = pod.initContainers ?? [];
  const sidecars = init.filter(({ restartPolicy }) => restartPolicy === "Always");
  const running = [...pod.containers, ...sidecars].reduce((total, each) => total + requestOf(each), 0);
  const starting = init.filter((each) => !sidecars.includes(each)).map(requestOf);
  return Math.max(running, ...starting);
}

/** The pod's priority: what is higher is scheduled first and may push out what is lower. */
export function priorityOf(pod: PodSpec): number {
  const name = pod.priorityClassName ?? "";
  // Kubernetes' own two classes: https://kubernetes.io/docs/tasks/administer-cluster/guaranteed-scheduling-critical-addon-pods/
  if (name === "system-node-critical") return 2_000_001_000;
  if (name === "system-cluster-critical") return 2_000_000_000;
  return name in priorityClasses ? priorityClasses[name as keyof typeof priorityClasses].value : 0;
}

/** The board that a pod is tied to by `nodeName` or by its node selector. */
export function pinnedTo(pod: PodSpec): string | undefined {
  return pod.nodeName ?? pod.nodeSelector?.["kubernetes.io/hostname"];
}

/** Whether a workload's pods may run on a board: tied to it or to none, and its taint tolerated. */
export function mayRunOn(board: PlannedBoard, workload: StaticPod | Workload): boolean {
  const pinned = pinnedTo(workload.pod);
  if (pinned !== undefined && pinned !== board.name) return false;
  if (workload.kind === "StaticPod" || board.takesApps) return true;
  return (workload.pod.tolerations ?? []).some(toleratesControlPlane);
}

type Toleration = Unwrap<types.input.core.v1.Toleration>;

function toleratesControlPlane({ key, operator, effect }: Toleration): boolean {
  const keyMatches = key === controlPlaneTaint.key || (key === undefined && operator === "Exists");
  return keyMatches && (effect === undefined || effect === controlPlaneTaint.effect);
}

function requestOf(container: { resources?: { requests?: Record<string, string> } }): number {
  return mebibytes(container.resources?.requests?.memory ?? "0");
}
