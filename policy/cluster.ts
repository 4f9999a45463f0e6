import { z } from "zod";
import type { BoardNode } from "../components/board/board.ts";
import { boardFailures } from "../components/capacity/boardFailure.ts";
import { kubeadmWorkloads } from "../components/kubeadm/kubeadmWorkloads.ts";
import { memoryBudget } from "../components/capacity/memoryBudget.ts";
import { shortageText } from "../components/capacity/shortage.ts";
import { memoryLimit } from "../components/capacity/podNeeds.ts";
import { mebibytes } from "../components/workload/quantity.ts";
import { boardIn, kubeletSettings, thresholdOf } from "./kubelet.ts";
import { podOwner } from "./pods.ts";
import { type Config, type Seen, stackRule } from "./rule.ts";

const settings = {
  boardTypes: kubeletSettings.boardTypes,
  boards: z
    .array(
      z.object({
        name: z.string(),
        role: z.enum(["controlPlane", "worker"]).optional(),
        allocatableMi: z.number(),
        cores: z.number().optional(),
        maxPods: z.number().optional(),
      }),
    )
    .default([])
    .describe("Boards that are not resources of the stack: name, allocatableMi, and role, cores, maxPods."),
  kubeadmPods: z
    .boolean()
    .default(true)
    .describe("Whether to count kubeadm's own pods as well: static pods, kube-proxy, CoreDNS."),
};

/** What most boards have. */
const usualCores = 4;
/** The kubelet's own default. */
const usualMaxPods = 110;

/** The boards and everything that runs on them, as far as a stack tells. */
function clusterOf(resources: readonly Seen[], config: Config<typeof settings>) {
  const known = [
    ...resources.flatMap((resource) => boardOf(resource, config) ?? []),
    ...config.boards.map(
      ({ name, role = "worker", allocatableMi: allocatable, cores = usualCores, maxPods = usualMaxPods }) => {
        return { name, role, cores, arch: "arm64" as const, taints: [], memory: { allocatable, maxPods } };
      },
    ),
  ];
  const hasWorker = known.some(({ role }) => role === "worker");
  const boards = known.map((board) => ({ ...board, takesApps: board.role === "worker" || !hasWorker }));
  const controlPlanes = boards.filter(({ role }) => role === "controlPlane").map(({ name }) => name);
  const owned = resources.flatMap((resource) => {
    const owner = podOwner(resource);
    return owner && !config.exempt.includes(owner.id) ? [{ resource, owner }] : [];
  });
  return {
    boards,
    loads: [
      ...(config.kubeadmPods ? kubeadmWorkloads(controlPlanes) : []),
      ...owned.map(({ owner }) => owner),
    ],
    owned,
  };
}

function boardOf(
  resource: Seen,
  { boardTypes }: Config<typeof settings>,
): Omit<BoardNode, "takesApps"> | undefined {
  const seen = boardIn(resource, boardTypes);
  if (seen?.capacity === undefined) return undefined;
  const { kubelet, capacity, role, cores = usualCores, arch, taints = [] } = seen;
  const held = [kubelet.systemReserved?.memory ?? "0", kubelet.kubeReserved?.memory ?? "0"].map(mebibytes);
  const eviction = thresholdOf(kubelet.evictionHard?.["memory.available"] ?? "0", capacity) ?? 0;
  const allocatable = Math.max(0, capacity - eviction - held.reduce((a, b) => a + b, 0));
  return {
    name: resource.name,
    role: role === "controlPlane" ? role : "worker",
    cores,
    arch: arch === "amd64" ? arch : "arm64",
    taints,
    memory: { allocatable, maxPods: kubelet.maxPods ?? usualMaxPods },
  };
}

/** Without boards there is nothing to fit into, unless the settings name some. */
const concerns = ({ type }: Seen, { boardTypes, boards }: Config<typeof settings>) =>
  boardTypes.includes(type) || boards.length > 0;

/** With fewer pods, no other one fits less. */
const mayOmit = ({ type }: Seen) => type.startsWith("kubernetes:");

/** Everything that is registered has room on the boards. */
export const stackFits = stackRule({
  name: "stack-fits",
  description:
    "Reservations, eviction threshold, static pods and all workloads fit each board's memory, CPU and number of pods.",
  settings,
  concerns,
  mayOmit,
  violations: (resources, config) => {
    const { boards, loads, owned } = clusterOf(resources, config);
    return memoryBudget(boards, loads).shortages.map((shortage) => ({
      message: `${shortageText(shortage)}. Use a board with more RAM, add a board, move what is tied to it, or remove an app.`,
      resource: owned.find(({ owner }) => owner.name === shortage.name)?.resource,
    }));
  },
});

/** Everything that can move has room when any one board is gone. */
export const survivesFailure = stackRule({
  name: "survives-failure",
  description: "If any one board fails, the others have enough free memory for everything that can move.",
  level: "advisory",
  settings,
  concerns,
  mayOmit,
  violations: (resources, config) => {
    const { boards, loads, owned } = clusterOf(resources, config);
    return boardFailures(boards, loads).flatMap(({ board, pending }) =>
      pending.map((shortage) => ({
        message: `if ${board} fails, ${shortageText(shortage)}. Free that much on the other boards, or accept that it stays pending.`,
        resource: owned.find(({ owner }) => owner.name === shortage.name)?.resource,
      })),
    );
  },
});

/** A limit that no board could ever grant bounds nothing. */
export const limitFitsBoard = stackRule({
  name: "limit-fits-board",
  description: "No pod has a memory limit above the allocatable memory of the largest board.",
  settings,
  concerns,
  mayOmit,
  violations: (resources, config) => {
    const { boards, owned } = clusterOf(resources, config);
    const largest = Math.max(0, ...boards.map(({ memory }) => memory.allocatable));
    return owned.flatMap(({ resource, owner: { id, pod } }) => {
      const limit = memoryLimit(pod);
      if (!Number.isFinite(limit) || limit <= largest) return [];
      const message = `${id} has memory limits of ${Math.ceil(limit)}Mi, more than the allocatable memory of the largest board (${largest}Mi): the board runs out of memory before the limit is reached. Lower the limits.`;
      return [{ message, resource }];
    });
  },
});
