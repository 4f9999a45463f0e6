import type { types } from "@pulumi/kubernetes";
import type { Unwrap } from "@pulumi/pulumi";
import type { BoardNode } from "../board/board.ts";
import { priorityClasses } from "../workload/priorities.ts";
import type { Load, PodSpec } from "../workload/workload.ts";
import { controlPlaneTaint, type Taint } from "../board/taints.ts";
import type { OtherPod } from "./otherPods.ts";

/** The pod's priority: what is higher is scheduled first and may push out what is lower. */
export function priorityOf(pod: PodSpec): number {
  const name = pod.priorityClassName ?? "";
  // Kubernetes' own two classes: https://kubernetes.io/docs/tasks/administer-cluster/guaranteed-scheduling-critical-addon-pods/
  if (name === "system-node-critical") return 2_000_001_000;
  if (name === "system-cluster-critical") return 2_000_000_000;
  if (name in priorityClasses) return priorityClasses[name as keyof typeof priorityClasses].value;
  return pod.priority ?? 0;
}

/** The board that a pod is tied to by `nodeName` or by its node selector. */
export function pinnedTo(pod: PodSpec): string | undefined {
  return pod.nodeName ?? pod.nodeSelector?.[hostname];
}

/** Labels of a board's node, by which pods choose it. */
export function nodeLabels({ name, arch, role }: BoardNode): Record<string, string> {
  return {
    [hostname]: name,
    "kubernetes.io/os": "linux",
    "kubernetes.io/arch": arch,
    ...(role === "controlPlane" && { [controlPlaneTaint.key]: "" }),
  };
}

/** Every taint of a board's node. */
export function nodeTaints({ takesApps, taints }: BoardNode): Taint[] {
  return [...(takesApps ? [] : [controlPlaneTaint]), ...taints];
}

/** Whether a workload's pods may run on a board: it has the labels that they want, and its taints are tolerated. */
export function mayRunOn(board: BoardNode, { kind, pod }: Load | OtherPod): boolean {
  const labels = nodeLabels(board);
  if (pod.nodeName !== undefined && pod.nodeName !== board.name) return false;
  const wanted = Object.entries(pod.nodeSelector ?? {});
  if (!wanted.every(([key, value]) => labels[key] === value)) return false;
  const required = pod.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (required && !required.nodeSelectorTerms.some((term) => matches(term, labels))) return false;
  // A kubelet starts its static pods whatever the scheduler thinks of its node.
  if (kind === "StaticPod") return true;
  const repelling = nodeTaints(board).filter(({ effect }) => effect !== "PreferNoSchedule");
  return repelling.every((taint) => (pod.tolerations ?? []).some((each) => tolerates(each, taint)));
}

/** How much a pod would rather run on a board than elsewhere: the weights of the preferences that it meets. */
export function preference(board: BoardNode, { name, pod }: Load | OtherPod): number {
  // kubeadm starts CoreDNS before any other board has joined.
  const early = name === "coredns" && board.role === "controlPlane" ? 100 : 0;
  const preferred = pod.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  const labels = nodeLabels(board);
  return preferred
    .filter((each) => matches(each.preference, labels))
    .reduce((total, { weight }) => total + weight, early);
}

const hostname = "kubernetes.io/hostname";

type Term = Unwrap<types.input.core.v1.NodeSelectorTerm>;
type Toleration = Unwrap<types.input.core.v1.Toleration>;

function matches({ matchExpressions = [], matchFields = [] }: Term, labels: Record<string, string>): boolean {
  const byName = { "metadata.name": labels[hostname] ?? "" };
  return (
    matchExpressions.every((each) => holds(each, labels)) && matchFields.every((each) => holds(each, byName))
  );
}

function holds(
  { key, operator, values = [] }: Unwrap<types.input.core.v1.NodeSelectorRequirement>,
  labels: Record<string, string>,
): boolean {
  const value = labels[key];
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "Gt":
      return Number(value) > Number(values[0]);
    case "Lt":
      return Number(value) < Number(values[0]);
    default:
      return false;
  }
}

function tolerates(toleration: Toleration, taint: Taint): boolean {
  const { key, operator, value, effect } = toleration;
  const isKey = key === taint.key || (key === undefined && operator === "Exists");
  // `Equal` is the default.
  const isValue = operator === "Exists" || (value ?? "") === (taint.value ?? "");
  return isKey && isValue && (effect === undefined || effect === taint.effect);
}
