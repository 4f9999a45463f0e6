import { describe, expect, it } from "vitest";
import { type BoardDescription, planBoards } from "../../../components/board/board.ts";
import { boardFailures, upgradeOrder } from "../../../components/capacity/boardFailure.ts";
import { memoryBudget, requireFit } from "../../../components/capacity/memoryBudget.ts";
import { otherPodsIn, type OtherPods } from "../../../components/capacity/otherPods.ts";
import { kubeadmWorkloads } from "../../../components/kubeadm/kubeadmWorkloads.ts";
import type { PodSpec, Workload } from "../../../components/workload/workload.ts";
import { livePod, type PodChange } from "./live.ts";

const worker = (name: string): BoardDescription => ({
  name,
  model: "rpi-3b",
  role: "worker",
  host: `${name}.lan`,
});
/** 438Mi for pods on each of a and b. */
const boards = planBoards([
  { name: "cp", model: "rpi-4b-2gb", role: "controlPlane", host: "cp.lan" },
  worker("a"),
  worker("b"),
]);
const workload = (name: string, memory: number, change: Partial<PodSpec> = {}): Workload => ({
  ...{ name, namespace: name, kind: "Deployment", replicas: 1 },
  pod: { containers: [{ name, resources: { requests: { memory: `${memory}Mi`, cpu: "100m" } } }], ...change },
});
const requesting = (memory: string) => ({ name: "app", resources: { requests: { memory } } });
const on = (board: string) => ({ nodeSelector: { "kubernetes.io/hostname": board } });
const high = { priorityClassName: "bramble-app" };

/** Pods of a Deployment that are not bramble's, by name: board and memory. */
function others(...pods: PodChange[]): OtherPods {
  const live = pods.map((change, i) => livePod({ owner: ["ReplicaSet", `app-${i}`], ...change }));
  return otherPodsIn(live, new Map(), { stack: "home", boards, loads: [] });
}
const refusal = (loads: Workload[], there: OtherPods) => {
  try {
    requireFit(boards, loads, there);
    return "fits";
  } catch (error) {
    return (error as Error).message;
  }
};

describe("the budget with pods that are not bramble's", () => {
  it("gives bramble's own what these leave", () => {
    const there = others({ board: "a", memory: "256Mi" }, { board: "b", memory: "100Mi" });
    const { boards: budgets } = memoryBudget(boards, [workload("gogs", 128)], there);
    expect(budgets.map(({ left }) => left)).toEqual([1307, 182, 210]);
    expect(budgets[1]?.held).toEqual([
      expect.objectContaining({ name: "media/app-0", memory: 256, other: "request" }),
    ]);
  });

  it("refuses a pod that would push one out, and says whose it is and what helps", () => {
    const there = others(
      { board: "a", memory: "256Mi" },
      { board: "a", owner: ["DaemonSet", "logs"] },
      { board: "b", memory: "400Mi" },
    );
    const text = refusal([workload("gogs", 200, { ...on("a"), ...high })], there);
    expect(text).toContain("gogs needs 200Mi on a, which has 182Mi left: 18Mi too much");
    expect(text).toContain(
      "on a, 256Mi are not bramble's: media/app-0 256Mi, media/logs 0Mi (no memory request, not measured)",
    );
    expect(text).toContain("What is not bramble's is never evicted");
    expect(text).not.toContain("on b");
    expect(refusal([workload("gogs", 182, { ...on("a"), ...high })], there)).toBe("fits");
  });

  it("says nothing of others where these take nothing of what is short", () => {
    const text = refusal([workload("gogs", 500, on("a"))], others({ board: "b", memory: "20Mi" }));
    expect(text).toContain("62Mi too much");
    expect(text).not.toContain("bramble's");
  });

  it("names what is on every board for a pod that can move", () => {
    const there = others({ board: "a", memory: "200Mi" }, { board: "b", memory: "250Mi" });
    const text = refusal([workload("gogs", 300)], there);
    expect(text).toContain("the board with the most left, a, has 238Mi left: 62Mi too much");
    expect(text).toContain("on a, 200Mi are not bramble's: media/app-0 200Mi");
    expect(text).toContain("on b, 250Mi are not bramble's: media/app-1 250Mi");
  });

  it("places around them what can move", () => {
    const there = others({ board: "a", memory: "300Mi" });
    expect(memoryBudget(boards, [workload("x", 300), workload("y", 130)], there).shortages).toEqual([]);
    expect(memoryBudget(boards, [workload("x", 300), workload("y", 139)], there).shortages).toHaveLength(1);
  });

  it.each<[string, PodChange["spec"], Partial<PodSpec>, string]>([
    [
      "CPU",
      { containers: [{ name: "app", resources: { requests: { cpu: "3950m" } } }] },
      {},
      "on a, 3950m of CPU are not bramble's: media/app-0 3950m of CPU",
    ],
    [
      "a host port",
      { containers: [{ name: "app", ports: [{ containerPort: 80, hostPort: 80 }] }] },
      { containers: [{ name: "gogs", ports: [{ containerPort: 80, hostPort: 80 }] }] },
      "on a, port 80 (TCP) is not bramble's: media/app-0\n",
    ],
  ])("says who takes %s", (_, spec, change, expected) => {
    const there = others({ board: "a", spec: spec ?? {} });
    expect(refusal([workload("gogs", 10, { ...on("a"), ...change })], there)).toContain(expected);
  });

  it("counts them among a board's pods", () => {
    const there = others(...Array.from({ length: 14 }, () => ({ board: "a", memory: "1Mi" })));
    expect(refusal([workload("gogs", 1, on("a"))], there)).toContain(
      "on a, 14 pod slots are not bramble's: media/app-0 1 pod slot",
    );
  });

  it("names the largest six, and sums up the pods of one workload", () => {
    const pods = Array.from({ length: 8 }, (_, i) => ({ board: "a", memory: `${10 + i}Mi` }));
    const twice = { board: "a", memory: "40Mi", owner: ["StatefulSet", "db"] as const };
    expect(refusal([workload("gogs", 300, on("a"))], others(...pods, twice, twice))).toContain(
      "on a, 188Mi are not bramble's: media/db 80Mi in 2 pods, media/app-7 17Mi, media/app-6 16Mi, media/app-5 15Mi, media/app-4 14Mi, media/app-3 13Mi, 3 more",
    );
  });

  it("blames no control plane for what others take there", () => {
    const there = others({ board: "cp", memory: "800Mi" });
    const text = refusal(kubeadmWorkloads(["cp"]) as Workload[], there);
    expect(text).toContain("kube-proxy needs 59Mi on cp, which has -51Mi left");
    expect(text).not.toContain("too small for a control plane");
    expect(text).toContain("on cp, 800Mi are not bramble's");
  });
});

describe("what is not bramble's and might be evicted", () => {
  const [first, second] = [workload("first", 200, { ...on("a"), ...high }), workload("second", 200)];
  const verdict = (there: OtherPods, loads = [first, second]) => {
    const { shortages, uncertain, atRisk } = memoryBudget(boards, loads, there);
    return { shortages: shortages.length, uncertain, atRisk };
  };
  const app = (board: string, memory: string, priority = 0) =>
    others({ board, memory, spec: { priority, containers: [requesting(memory)] } });

  it("is what is on a board that may be full of bramble's own", () => {
    // The scheduler may put `second` onto a, and `first` would push out what has the lowest priority.
    expect(verdict(app("a", "100Mi"))).toEqual({ shortages: 0, uncertain: [], atRisk: ["media/app-0"] });
  });

  it.each<[string, OtherPods]>([
    ["nobody else is there", others()],
    ["these take little", app("a", "30Mi")],
    ["these are on a board that nothing is tied to", app("b", "100Mi")],
    ["these have a higher priority", app("a", "100Mi", 20_000)],
    ["these have the same priority", app("a", "100Mi", 10_000)],
  ])("is nothing where %s", (_, there) => {
    expect(verdict(there).atRisk).toEqual([]);
  });

  it("is nothing whose place a pod of the same priority would need: that finds none", () => {
    const low = [workload("first", 200, on("a")), second];
    expect(verdict(app("a", "100Mi"), low)).toMatchObject({ uncertain: ["first"], atRisk: [] });
  });

  it("is nothing once bramble's own have their boards", () => {
    const there = app("a", "100Mi");
    const run = (board: string) => ({ ...there.staying[0]!, name: "second/second", board });
    expect(verdict({ ...there, placed: [run("b")] }).atRisk).toEqual([]);
    expect(verdict({ ...there, placed: [run("a")] }).atRisk).toEqual(["media/app-0"]);
  });

  it("is what is on the board of an app that takes the place of one that was removed", () => {
    const there = app("a", "100Mi");
    const old = { ...there.staying[0]!, name: "old/old", pod: { containers: [requesting("200Mi")] } };
    expect(verdict(there, [first]).atRisk).toEqual([]);
    expect(verdict({ ...there, leaving: [old] }, [first]).atRisk).toEqual(["media/app-0"]);
  });
});

describe("if a board fails", () => {
  const app = workload("app", 100, high);

  it("what is not bramble's moves, too", () => {
    const there = others({ board: "a", memory: "300Mi" });
    const [, a] = boardFailures(boards, [app], there);
    expect(a?.moves).toContainEqual({ name: "media/app-0", from: "a", to: "b" });
    const [upgrade] = upgradeOrder(boards, [app], there).filter(({ board }) => board === "a");
    expect(upgrade?.moves).toContainEqual({ name: "media/app-0", from: "a", to: "b" });
  });

  it.each<[string, PodChange]>([
    ["has no controller", { owner: ["Node", "a"] }],
    ["is of a DaemonSet", { owner: ["DaemonSet", "logs"] }],
    ["chooses its board by name", { spec: { ...on("a"), containers: [{ name: "app" }] } }],
    [
      "chooses its board by a label that only the cluster knows",
      { spec: { nodeSelector: { disk: "ssd" }, containers: [{ name: "app" }] } },
    ],
  ])("what %s does not", (_, change) => {
    const [, a] = boardFailures(boards, [app], others({ board: "a", ...change }));
    expect(a?.moves.map(({ name }) => name)).not.toContain(expect.stringContaining("media"));
    expect(a?.moves.every(({ name }) => name === "app")).toBe(true);
  });

  it("it yields to a pod of a higher priority, as in the cluster", () => {
    const there = others({ board: "b", memory: "300Mi" });
    const [, a] = boardFailures(boards, [workload("large", 200, high)], there);
    // `large` is on a, and the control plane takes no apps.
    expect(a?.moves).toContainEqual({ name: "large", from: "a", to: "b" });
    expect(a?.pending.map(({ name }) => name)).toEqual(["media/app-0"]);
  });
});
