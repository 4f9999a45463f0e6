import { mebibytes, millicores } from "../components/quantity.ts";
import { type AnyContainer, containersOf, podRule } from "./pods.ts";

/** Every container says how much memory it needs and how much it may take. */
export const containerMemory = podRule(
  {
    name: "container-memory",
    description: "Every container has a memory request, and a memory limit that is not below it.",
    level: "mandatory",
  },
  ({ spec }) => containersOf(spec).flatMap(memoryFaults),
);

function memoryFaults({ name, resources }: AnyContainer): string[] {
  const [request, limit] = [resources?.requests?.memory, resources?.limits?.memory];
  if (request !== undefined && limit !== undefined) {
    return mebibytes(limit) < mebibytes(request)
      ? [
          `container ${name} has a memory limit of ${limit} below its request of ${request}: the API server refuses it. Raise the limit.`,
        ]
      : [];
  }
  return [
    ...(request === undefined
      ? [
          `container ${name} has no memory request: the scheduler takes it for 0 and puts it on a full board. Set resources.requests.memory.`,
        ]
      : []),
    ...(limit === undefined
      ? [
          `container ${name} has no memory limit: a leak takes the whole board with it. Set resources.limits.memory.`,
        ]
      : []),
  ];
}

/** What must not be evicted requests all that it may use: the kubelet evicts first what is over its request. */
export const guaranteedMemory = podRule(
  {
    name: "guaranteed-memory",
    description: "What must not be evicted has a memory request equal to its limit.",
    level: "mandatory",
    settings: {
      workloads: {
        type: "array",
        items: { type: "string" },
        default: [],
        description: "What must not be evicted, by namespace/name.",
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
            `container ${name} must not be evicted, but requests ${request ?? "nothing"} and may use ${limit ?? "anything"}: over its request it is among the first to go. Set both to the same.`,
          ]
        : [];
    });
  },
);

/** A CPU limit slows a container down on an idle board; where there is one it leaves room to start. */
export const cpuLimit = podRule(
  {
    name: "cpu-limit",
    description: "A container has no CPU limit, or one that lets it start in time.",
    level: "mandatory",
    settings: {
      minimum: {
        type: "string",
        default: "250m",
        description:
          "Least CPU limit. With less, a program that starts within its probes on an idle board does not.",
      },
    },
  },
  ({ spec }, { minimum }) =>
    containersOf(spec).flatMap(({ name, resources }) => {
      const limit = resources?.limits?.cpu;
      if (limit === undefined || millicores(limit) >= millicores(minimum as string)) return [];
      return [
        `container ${name} has a CPU limit of ${limit}, below ${minimum as string}: it is slowed down on an idle board too, until its probes fail. Leave resources.limits.cpu out; the request decides when the board is busy.`,
      ];
    }),
);
