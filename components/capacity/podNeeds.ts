import { mebibytes, millicores } from "../workload/quantity.ts";
import type { Container, PodSpec } from "../workload/workload.ts";

/**
 * What the scheduler counts of a pod or a board, by name: `memory` and `ephemeral-storage` in MiB, `cpu` in
 * millicores, `pods`, and each host port (`port TCP 443`), of which a board has one.
 */
export type Amounts = ReadonlyMap<string, number>;

/** Memory in MiB that the scheduler counts for a pod. */
export function memoryRequest(pod: PodSpec): number {
  return requestOf(pod, "memory", mebibytes);
}

/** Memory in MiB at which the kernel stops a pod; infinite if a container has no limit. */
export function memoryLimit(pod: PodSpec): number {
  const own = pod.resources?.limits?.memory;
  if (own !== undefined) return mebibytes(own);
  return ofContainers(pod, ({ resources }) => {
    const limit = resources?.limits?.memory;
    return limit === undefined ? Infinity : mebibytes(limit);
  });
}

/** Everything that the scheduler counts of a pod, in whole units. */
export function needsOf(pod: PodSpec): Amounts {
  const needs: [string, number][] = [
    ["memory", requestOf(pod, "memory", mebibytes)],
    ["cpu", requestOf(pod, "cpu", millicores)],
    ["ephemeral-storage", requestOf(pod, "ephemeral-storage", mebibytes)],
    ["pods", 1],
    ...hostPorts(pod).map(({ port, protocol }): [string, number] => [`port ${protocol} ${port}`, 1]),
  ];
  return new Map(needs.map(([name, amount]): [string, number] => [name, Math.ceil(amount)]));
}

function requestOf(pod: PodSpec, resource: string, read: (quantity: string) => number): number {
  // A container's request is its limit where it has only that: so the API server completes it.
  const requested = ({ resources }: Pick<Container, "resources">) =>
    resources?.requests?.[resource] ?? resources?.limits?.[resource];
  const own = requested(pod);
  const needed = own === undefined ? ofContainers(pod, (each) => read(requested(each) ?? "0")) : read(own);
  return needed + read(pod.overhead?.[resource] ?? "0");
}

/**
 * A pod's containers run together with its sidecars, and each init container with the sidecars before it
 * (https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#resource-sharing-within-containers).
 */
function ofContainers(pod: PodSpec, amount: (container: Container) => number): number {
  let sidecars = 0;
  let most = 0;
  for (const init of pod.initContainers ?? []) {
    most = Math.max(most, sidecars + amount(init));
    if (init.restartPolicy === "Always") sidecars += amount(init);
  }
  return Math.max(most, pod.containers.reduce((total, each) => total + amount(each), 0) + sidecars);
}

/** The ports that a pod takes of its board. On the host's network every port of a container is the host's. */
export function hostPorts(pod: PodSpec): { port: number; protocol: string }[] {
  const ports = pod.containers.flatMap(({ ports: own }) => own ?? []);
  return ports.flatMap(({ hostPort, containerPort, protocol }) => {
    const port = hostPort ?? (pod.hostNetwork ? containerPort : undefined);
    return port === undefined ? [] : [{ port, protocol: protocol ?? "TCP" }];
  });
}
