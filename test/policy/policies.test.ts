import type { ResourceValidationArgs, ResourceValidationPolicy } from "@pulumi/policy";
import { describe, expect, it } from "vitest";
import { memoryPlan } from "../../components/board/memoryPlan.ts";
import { kubeletConfiguration } from "../../components/cluster/kubeletConfig.ts";
import { containerMemory } from "../../policy/containerMemory.ts";
import { evictionThresholds } from "../../policy/eviction.ts";
import { policies } from "../../policy/policies.ts";
import { reservations } from "../../policy/reservations.ts";

type Props = Record<string, unknown>;

async function violations(
  policy: ResourceValidationPolicy,
  type: string,
  props: Props,
  config: Props = {},
): Promise<string[]> {
  const found: string[] = [];
  const args = {
    type,
    props,
    getConfig: () => ({ minimumMi: 100, ...config }),
  } as unknown as ResourceValidationArgs;
  for (const validate of [policy.validateResource ?? []].flat())
    await validate(args, (message) => found.push(message));
  return found;
}

/** The properties of a Raspberry Pi 3, with one change of its kubelet configuration. */
function board(change: (kubelet: Record<string, Props>) => void = () => undefined): Props {
  const kubelet = structuredClone(kubeletConfiguration(memoryPlan(905))) as unknown as Record<string, Props>;
  change(kubelet);
  return { role: "worker", ram: 1024, capacity: 905, kubelet };
}
const boardType = "bramble:board:Board";

describe("eviction-thresholds", () => {
  const hard = (memory: string) => board(({ evictionHard }) => (evictionHard!["memory.available"] = memory));

  it("accepts the plan's own", async () => {
    expect(await violations(evictionThresholds, boardType, board())).toEqual([]);
  });
  it.each(["100Mi", "256Mi", "20%"])("accepts %s", async (memory) => {
    expect(await violations(evictionThresholds, boardType, hard(memory))).toEqual([]);
  });
  it.each([
    ["50Mi", "below 100Mi"],
    ["5%", "below 100Mi"],
    ["257Mi", "above a quarter of the board's 1024 MiB (256Mi)"],
    ["30%", "above a quarter"],
  ])("refuses %s", async (memory, why) => {
    expect(await violations(evictionThresholds, boardType, hard(memory))).toEqual([
      expect.stringContaining(why),
    ]);
  });
  it("names each signal that is left out", async () => {
    const without = board((kubelet) => (kubelet.evictionHard = { "memory.available": "128Mi" }));
    expect(await violations(evictionThresholds, boardType, without)).toEqual([
      expect.stringContaining("evictionHard lacks nodefs.available, nodefs.inodesFree, imagefs.available"),
    ]);
  });
  it("refuses a board without any", async () => {
    const without = board((kubelet) => delete kubelet.evictionHard);
    expect(await violations(evictionThresholds, boardType, without)).toEqual([
      expect.stringContaining("memory.available"),
    ]);
  });
  it("takes another minimum from its configuration", async () => {
    expect(await violations(evictionThresholds, boardType, board(), { minimumMi: 200 })).toHaveLength(1);
  });
});

describe("reservations", () => {
  it("accepts the plan's own", async () => {
    expect(await violations(reservations, boardType, board())).toEqual([]);
  });
  it.each(["systemReserved", "kubeReserved"])("refuses a board without %s", async (name) => {
    const without = board((kubelet) => delete kubelet[name]);
    expect(await violations(reservations, boardType, without)).toEqual([
      expect.stringContaining(`${name} has no memory`),
    ]);
  });
  it("refuses reservations that leave nothing", async () => {
    const greedy = board(({ kubeReserved }) => (kubeReserved!.memory = "671Mi"));
    expect(await violations(reservations, boardType, greedy)).toEqual([
      expect.stringContaining("take 905 of the board's 905 MiB"),
    ]);
  });
});

describe("container-memory", () => {
  const memory = { memory: "64Mi" };
  const container = { name: "app", resources: { requests: memory, limits: memory } };
  const template = (pod: Props) => ({ spec: { template: { spec: pod } } });
  const whole: Props = { containers: [container] };

  it.each(["apps/v1:Deployment", "apps/v1:DaemonSet", "apps/v1:StatefulSet", "batch/v1:Job"])(
    "checks a %s",
    async (kind) => {
      const type = `kubernetes:${kind}`;
      expect(await violations(containerMemory, type, template(whole))).toEqual([]);
      expect(
        await violations(containerMemory, type, template({ containers: [{ name: "app" }] })),
      ).toHaveLength(2);
    },
  );
  it("checks a Pod and a CronJob", async () => {
    const bare = { containers: [{ name: "app" }] };
    expect(await violations(containerMemory, "kubernetes:core/v1:Pod", { spec: bare })).toHaveLength(2);
    const cronJob = { spec: { jobTemplate: template(bare) } };
    expect(await violations(containerMemory, "kubernetes:batch/v1:CronJob", cronJob)).toHaveLength(2);
  });
  it.each([
    ["request", { limits: memory }],
    ["limit", { requests: memory }],
  ])("names what has no memory %s", async (what, resources) => {
    const props = template({ containers: [container, { name: "sidecar", resources }] });
    expect(await violations(containerMemory, "kubernetes:apps/v1:Deployment", props)).toEqual([
      expect.stringContaining(`container sidecar has no memory ${what}`),
    ]);
  });
  it("checks init containers too", async () => {
    const props = template({ ...whole, initContainers: [{ name: "init" }] });
    expect(await violations(containerMemory, "kubernetes:apps/v1:Deployment", props)).toHaveLength(2);
  });
});

it("every policy is mandatory, described, and silent on what does not concern it", async () => {
  for (const policy of policies) {
    expect(policy.enforcementLevel).toBe("mandatory");
    expect(policy.description).not.toBe("");
    expect(await violations(policy, "kubernetes:core/v1:ConfigMap", { data: {} })).toEqual([]);
  }
});
