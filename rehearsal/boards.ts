import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { CoreV1Api, type V1Pod } from "@kubernetes/client-node";
import type { PlannedBoard } from "../components/board/board.ts";
import { controlPlaneObjects, workerObjects } from "./boardObjects.ts";
import { applyTo, connect, isReady } from "./controlPlane.ts";
import type { RehearsalFolder } from "./folder.ts";
import { replaceFile } from "../tools/replaceFile.ts";

/** Whether the control plane of an earlier run is ready and has exactly these boards, all of them. */
export async function hasBoards(folder: RehearsalFolder, boards: readonly PlannedBoard[]): Promise<boolean> {
  if (!existsSync(folder.boards) || !(await isReady(folder))) return false;
  return (await readFile(folder.boards, "utf8")) === signatureOf(boards);
}

/**
 * Puts the boards into the cluster in kubeadm's order: `kubeadm init` starts CoreDNS on the control plane before
 * any other board has joined.
 */
export async function putBoards(
  folder: RehearsalFolder,
  boards: readonly PlannedBoard[],
  signal: AbortSignal,
): Promise<void> {
  const config = connect(folder);
  const apply = applyTo(config);
  const api = config.makeApiClient(CoreV1Api);
  await until(signal, () => hasServiceAccount(api));
  for (const object of controlPlaneObjects(boards)) await apply(object);
  await until(signal, () => isCoreDnsPlaced(api));
  for (const object of workerObjects(boards)) await apply(object);
  await replaceFile(folder.boards, signatureOf(boards));
}

/** Asks again and again, for two minutes at most: what is missing then shows where it is needed. */
async function until(signal: AbortSignal, holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 600 && !(await holds()); tries++) await sleep(200, undefined, { signal });
}

/** The controller manager makes it a moment after the API server answers; no pod is admitted without. */
async function hasServiceAccount(api: CoreV1Api): Promise<boolean> {
  const { items } = await api.listNamespacedServiceAccount({ namespace: "kube-system" });
  return items.some(({ metadata }) => metadata?.name === "default");
}

/** A control plane without room for CoreDNS leaves it to the workers. */
async function isCoreDnsPlaced(api: CoreV1Api): Promise<boolean> {
  const labelSelector = "app.kubernetes.io/name=coredns";
  const { items } = await api.listNamespacedPod({ namespace: "kube-system", labelSelector });
  return items.length > 0 && items.every((pod) => pod.spec?.nodeName !== undefined || isRefused(pod));
}

/** Whether the scheduler has found no place for the pod. */
export function isRefused({ status }: V1Pod): boolean {
  return (status?.conditions ?? []).some(({ reason }) => reason === "Unschedulable");
}

function signatureOf(boards: readonly PlannedBoard[]): string {
  return JSON.stringify([...controlPlaneObjects(boards), ...workerObjects(boards)]);
}
