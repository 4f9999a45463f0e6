import { isIP } from "node:net";
import type { KubernetesObject, V1Node } from "@kubernetes/client-node";
import type { PlannedBoard } from "../components/board/board.ts";
import { boardStorage } from "../components/capacity/freeCapacity.ts";
import { kubeadmWorkloads } from "../components/kubeadm/kubeadmWorkloads.ts";
import { nodeLabels, nodeTaints } from "../components/capacity/placement.ts";
import { labelsOf, type StaticPod, type Workload } from "../components/workload/workload.ts";

/** What `kubeadm init` makes of the first boards: their Nodes, and what kubeadm itself runs. */
export function controlPlaneObjects(boards: readonly PlannedBoard[]): KubernetesObject[] {
  const controlPlanes = boards.filter(({ role }) => role === "controlPlane");
  const workloads = kubeadmWorkloads(controlPlanes.map(({ name }) => name));
  return [...controlPlanes.map(nodeOf), ...workloads.map(objectOf)];
}

/** What `kubeadm join` adds: the workers' Nodes. */
export function workerObjects(boards: readonly PlannedBoard[]): KubernetesObject[] {
  return boards.filter(({ role }) => role === "worker").map(nodeOf);
}

/** A board's Node: its RAM, what the plan leaves for pods, its architecture and kubeadm's taint. */
export function nodeOf(board: PlannedBoard): V1Node {
  const { name, cores, memory, host } = board;
  const resourcesOf = (ram: number, disk: number) => ({
    cpu: `${cores}`,
    pods: `${memory.maxPods}`,
    memory: `${ram}Mi`,
    "ephemeral-storage": `${disk}Mi`,
  });
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      annotations: { "kwok.x-k8s.io/node": "fake" },
      labels: nodeLabels(board),
    },
    spec: { taints: nodeTaints(board) },
    status: {
      addresses: [
        { type: "Hostname", address: name },
        ...(isIP(host) ? [{ type: "InternalIP", address: host }] : []),
      ],
      capacity: resourcesOf(memory.capacity, boardStorage.capacity),
      allocatable: resourcesOf(memory.allocatable, boardStorage.allocatable),
    },
  };
}

/** A workload as the API server takes it. */
export function objectOf({ name, namespace, kind, replicas, pod }: StaticPod | Workload): KubernetesObject {
  const labels = labelsOf(name);
  const metadata = { name, namespace, labels };
  if (kind === "StaticPod") return { apiVersion: "v1", kind: "Pod", metadata, spec: pod } as KubernetesObject;
  const template = { metadata: { labels }, spec: pod };
  const spec = { selector: { matchLabels: labels }, template, ...(kind !== "DaemonSet" && { replicas }) };
  return { apiVersion: "apps/v1", kind, metadata, spec } as KubernetesObject;
}
