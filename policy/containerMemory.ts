import { mebibytes, millicores } from "../components/quantity.ts";
import { type AnyContainer, containersOf, podRule } from "./pods.ts";

/** Every container says how much memory it needs and how much it may take. */
export const containerMemory = podRule(
  {
    name: "container-memory",
    description: "Every container has a memory request and a memory limit that is not below it.",
    level: "mandatory",
  },
  ({ spec }) => containersOf(spec).flatMap(memoryFaults),
);

function memoryFaults({ name, resources }: AnyContainer): string[] {
  const [request, limit] = [resources?.requests?.memory, resources?.limits?.memory];
  if (request !== undefined && limit !== undefined) {
    return mebibytes(limit) < mebibytes(request)
      ? [
          `container ${name} has a memory limit of ${limit}, below its request of ${request}: the API server rejects it. Raise the limit.`,
        ]
      : [];
  }
  return [
    ...(request === undefined
      ? [
          `container ${name} has no memory request: the scheduler counts it as 0 and may place it on a full board. Set resources.requests.memory.`,
        ]
      : []),
    ...(limit === undefined
      ? [
          `container ${name} has no memory limit: a leak can take down the whole board. Set resources.limits.memory.`,
        ]
      : []),
  ];
}

/** What must not be evicted requests all that it may use: the kubelet evicts first what is over its request. */
export const guaranteedMemory = podRule(
  {
    name: "guaranteed-memory",
    description: "Workloads that must not be evicted have a memory request equal to their limit.",
    level: "mandatory",
    settings: {
      workloads: {
        type: "array",
        items: { type: "string" },
        default: [],
        description: "Workloads that must not be evicted, as namespace/name.",
      },
      priorityClasses: {
        type: "array",
        items: { type: "string" },
        default: [],
        description: "Priority classes whose pods must not be evicted.",
      },
    },
  },
  ({ id, spec }, config) => {
    const isNamed = (config.workloads as readonly string[]).includes(id);
    const isOfClass = (config.priorityClasses as readonly string[]).includes(spec.priorityClassName ?? "");
    if (!isNamed && !isOfClass) return [];
    return containersOf(spec).flatMap(({ name, resources }) => {
      const [request, limit] = [resources?.requests?.memory, resources?.limits?.memory];
      return request === undefined || limit === undefined || mebibytes(request) !== mebibytes(limit)
        ? [
            `container ${name} must not be evicted, but its memory request is ${request ?? "not set"} and its limit ${limit ?? "not set"}: above its request it is among the first to be evicted. Set both to the same value.`,
          ]
        : [];
    });
  },
);

/** A CPU limit slows a container down on an idle board; where there is one it leaves room to start. */
export const cpuLimit = podRule(
  {
    name: "cpu-limit",
    description: "A container has no CPU limit, or one high enough to start in time.",
    level: "mandatory",
    settings: {
      minimum: {
        type: "string",
        default: "250m",
        description:
          "Minimum CPU limit. With less, a program may not start within its probes, even on an idle board.",
      },
    },
  },
  ({ spec }, { minimum }) =>
    containersOf(spec).flatMap(({ name, resources }) => {
      const limit = resources?.limits?.cpu;
      if (limit === undefined || millicores(limit) >= millicores(minimum as string)) return [];
      return [
        `container ${name} has a CPU limit of ${limit}, below ${minimum as string}: it is throttled even on an idle board, until its probes fail. Omit resources.limits.cpu; on a busy board the request sets its share.`,
      ];
    }),
);
