import { z } from "zod";
import { mebibytes, millicores } from "../components/workload/quantity.ts";
import { type AnyContainer, containersOf, podOwner } from "./pods.ts";
import { type Messages, names, resourceRule } from "./rule.ts";

/** Every container says how much memory it needs and how much it may take. */
export const containerMemory = resourceRule({
  name: "container-memory",
  description: "Every container has a memory limit, and a request that is not above it.",
  subject: podOwner,
  // A limit of the whole pod bounds its containers, and is its request if it has none.
  messages: ({ pod }) =>
    containersOf(pod).flatMap((each) => memoryMessages(each, pod.resources?.limits?.memory !== undefined)),
});

function memoryMessages({ name, resources }: AnyContainer, isBounded: boolean): Messages {
  const [request, limit] = [resources?.requests?.memory, resources?.limits?.memory];
  return [
    request !== undefined &&
      limit !== undefined &&
      mebibytes(limit) < mebibytes(request) &&
      `container ${name} has a memory limit of ${limit}, below its request of ${request}: the API server rejects it. Raise the limit.`,
    // A limit alone is the request as well: so the API server completes it.
    request === undefined &&
      limit === undefined &&
      !isBounded &&
      `container ${name} has no memory request: the scheduler counts it as 0 and may place it on a full board. Set resources.requests.memory.`,
    limit === undefined &&
      !isBounded &&
      `container ${name} has no memory limit: a leak can take down the whole board. Set resources.limits.memory.`,
  ];
}

/** What must not be evicted requests all that it may use: the kubelet evicts first what is over its request. */
export const guaranteedMemory = resourceRule({
  name: "guaranteed-memory",
  description: "Workloads that must not be evicted have a memory request equal to their limit.",
  settings: {
    workloads: names.default([]).describe("Workloads that must not be evicted, as namespace/name."),
    priorityClasses: names.default([]).describe("Priority classes whose pods must not be evicted."),
  },
  subject: podOwner,
  messages: ({ id, pod }, { workloads, priorityClasses }) => {
    if (!workloads.includes(id) && !priorityClasses.includes(pod.priorityClassName ?? "")) return [];
    return containersOf(pod).map(({ name, resources }) => {
      const [request, limit] = [resources?.requests?.memory, resources?.limits?.memory];
      return (
        (request === undefined || limit === undefined || mebibytes(request) !== mebibytes(limit)) &&
        `container ${name} must not be evicted, but its memory request is ${request ?? "not set"} and its limit ${limit ?? "not set"}: above its request it is among the first to be evicted. Set both to the same value.`
      );
    });
  },
});

/** A CPU limit slows a container down on an idle board; where there is one it leaves room to start. */
export const cpuLimit = resourceRule({
  name: "cpu-limit",
  description: "A container has no CPU limit, or one high enough to start in time.",
  settings: {
    minimum: z
      .string()
      .default("250m")
      .describe(
        "Minimum CPU limit. With less, a program may not start within its probes, even on an idle board.",
      ),
  },
  subject: podOwner,
  messages: ({ pod }, { minimum }) =>
    containersOf(pod).map(({ name, resources }) => {
      const limit = resources?.limits?.cpu;
      return (
        limit !== undefined &&
        millicores(limit) < millicores(minimum) &&
        `container ${name} has a CPU limit of ${limit}, below ${minimum}: it is throttled even on an idle board, until its probes fail. Omit resources.limits.cpu; on a busy board the request sets its share.`
      );
    }),
});
