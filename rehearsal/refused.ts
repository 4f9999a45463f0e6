import type { V1Pod } from "@kubernetes/client-node";

/** Whether the scheduler has found no place for the pod. */
export function isRefused({ status }: V1Pod): boolean {
  return (status?.conditions ?? []).some(({ reason }) => reason === "Unschedulable");
}
