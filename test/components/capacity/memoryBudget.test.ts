import { describe, expect, it } from "vitest";
import { type BoardDescription, planBoards } from "../../../components/board/board.ts";
import { kubeadmWorkloads } from "../../../components/kubeadm/kubeadmWorkloads.ts";
import {
  type BoardBudget,
  memoryBudget,
  MemoryBudgetError,
  requireFit,
} from "../../../components/capacity/memoryBudget.ts";
import { shortageText } from "../../../components/capacity/shortage.ts";
import type { Workload } from "../../../components/workload/workload.ts";

const controlPlane: BoardDescription = {
  name: "cp",
  model: "rpi-4b-2gb",
  role: "controlPlane",
  host: "cp.lan",
};
const worker = (name: string, ram?: number): BoardDescription => ({
  name,
  model: "rpi-3b",
  ram,
  role: "worker",
  host: `${name}.lan`,
});
const boards = (...workers: BoardDescription[]) => planBoards([controlPlane, ...workers]);

function workload(
  name: string,
  memory: number,
  change: Partial<Workload["pod"]> = {},
  kind: Workload["kind"] = "Deployment",
): Workload {
  const pod = { containers: [{ name, resources: { requests: { memory: `${memory}Mi` } } }], ...change };
  return { name, namespace: name, kind, replicas: 1, pod };
}
const on = (board: string) => ({ nodeSelector: { "kubernetes.io/hostname": board } });
const names = (budget: BoardBudget | undefined) => budget?.held.map(({ name }) => name);

describe("memoryBudget", () => {
  it("gives a DaemonSet's pod to each worker, and to the control plane only if it tolerates the taint", () => {
    const everywhere = workload("flannel", 50, { tolerations: [{ operator: "Exists" }] }, "DaemonSet");
    const workers = workload("logs", 20, {}, "DaemonSet");
    const { boards: budgets } = memoryBudget(boards(worker("a"), worker("b")), [everywhere, workers]);
    expect(budgets.map(names)).toEqual([["flannel"], ["flannel", "logs"], ["flannel", "logs"]]);
    expect(budgets[1]?.left).toBe(438 - 70);
  });

  it("keeps pods off a board with a taint that they do not tolerate", () => {
    const tainted = { ...worker("a"), taints: ["dedicated=media:NoSchedule", "slow:PreferNoSchedule"] };
    const tolerant = { tolerations: [{ key: "dedicated", value: "media" }] };
    const other = { tolerations: [{ key: "dedicated", value: "other" }] };
    const loads = [
      workload("player", 300, tolerant, "DaemonSet"),
      workload("app", 20),
      workload("wrong", 20, other),
    ];
    const { boards: budgets, shortages } = memoryBudget(boards(tainted), loads);
    expect(names(budgets[1])).toEqual(["player"]);
    expect(shortages.map(({ name, board }) => [name, board])).toEqual([
      ["app", undefined],
      ["wrong", undefined],
    ]);
  });

  it("counts kubeadm's own pods", () => {
    const { boards: budgets } = memoryBudget(boards(worker("a")), kubeadmWorkloads(["cp"]));
    expect(names(budgets[0])).toContain("kube-apiserver-cp");
    expect(names(budgets[1])).not.toContain("kube-apiserver-cp");
    expect(names(budgets[1])).toContain("kube-proxy");
  });

  it("counts the CPU that kubeadm's own pods request", () => {
    const single = planBoards([{ ...controlPlane, model: undefined, ram: 4096, cores: 1 }]);
    const container = (cpu: string) => ({ name: "app", resources: { requests: { memory: "1Mi", cpu } } });
    const shortages = (cpu: string) =>
      memoryBudget(single, [
        ...kubeadmWorkloads(["cp"]),
        workload("app", 1, { containers: [container(cpu)] }),
      ]).shortages.map(shortageText);
    // 250 + 200 + 100 + 100 of the control plane, and 100 of each CoreDNS.
    expect(shortages("150m")).toEqual([]);
    expect(shortages("151m")).toEqual([
      "app needs 151m of CPU; the board with the most left, cp, has 150m of CPU left: 1m of CPU too much",
    ]);
  });

  it("says how much too much is tied to a board", () => {
    const { shortages } = memoryBudget(boards(worker("a"), worker("b")), [workload("gogs", 500, on("a"))]);
    expect(shortages.map(shortageText)).toEqual([
      "gogs needs 500Mi on a, which has 438Mi left: 62Mi too much",
    ]);
  });

  it("names the board with the most room for what is tied to none", () => {
    const apps = [workload("big", 400), workload("bigger", 450), workload("pinned", 100, on("a"))];
    const { shortages } = memoryBudget(boards(worker("a"), worker("b")), apps);
    expect(shortages.map(shortageText)).toEqual([
      "bigger needs 450Mi; the board with the most left, b, has 438Mi left: 12Mi too much",
    ]);
  });

  it("says what the board with the most room lacks instead", () => {
    const container = (memory: string, cpu: string) => ({
      containers: [{ name: "app", resources: { requests: { memory, cpu } } }],
    });
    const large = { ...worker("b"), model: undefined, ram: 4096, cores: 1 };
    const { shortages } = memoryBudget(planBoards([controlPlane, worker("a"), large]), [
      workload("first", 1, { ...on("b"), ...container("1Mi", "950m") }),
      workload("second", 1, container("500Mi", "100m")),
    ]);
    expect(shortages.map(shortageText)).toEqual([
      expect.stringMatching(
        /^second needs 500Mi; the board with the most left, b, has \d+Mi left, but 50m of CPU of the 100m of CPU needed$/,
      ),
    ]);
  });

  it("places what outranks first", () => {
    const low = workload("low", 400, { ...on("a"), priorityClassName: "bramble-observing" });
    const high = workload("high", 300, { ...on("a"), priorityClassName: "bramble-app" });
    const { shortages } = memoryBudget(boards(worker("a")), [low, high]);
    expect(shortages.map(({ name }) => name)).toEqual(["low"]);
  });

  it("counts the largest init container where it is more than the containers", () => {
    const init = { initContainers: [{ name: "init", resources: { requests: { memory: "300Mi" } } }] };
    const { boards: budgets } = memoryBudget(boards(worker("a")), [workload("app", 100, init)]);
    expect(budgets[1]?.left).toBe(138);
  });

  it("uses a lone control plane for apps", () => {
    const { shortages } = memoryBudget(boards(), [workload("app", 100)]);
    expect(shortages).toEqual([]);
  });

  it("refuses a workload that no board takes", () => {
    const { shortages } = memoryBudget(boards(worker("a")), [workload("app", 1, on("cp"))]);
    expect(shortages.map(shortageText)).toEqual([
      "app needs 1Mi, but its labels or tolerations match no board",
    ]);
  });

  it("tells what fits only if the scheduler places the others well", () => {
    const apps = [workload("large", 400), workload("small-1", 100), workload("small-2", 100)];
    const { shortages, uncertain } = memoryBudget(boards(worker("a"), worker("b")), apps);
    expect(shortages).toEqual([]);
    expect(uncertain).toEqual(["large"]);
  });

  it("throws with every shortage at once", () => {
    const apps = [workload("x", 500, on("a")), workload("y", 600, on("b"))];
    expect(() => requireFit(boards(worker("a"), worker("b")), apps)).toThrow(MemoryBudgetError);
    expect(() => requireFit(boards(worker("a"), worker("b")), apps)).toThrow(
      /y needs 600Mi[^]*x needs 500Mi/,
    );
  });

  it("finds a board of 512 MiB too small for what runs on every board", () => {
    const { shortages } = memoryBudget(boards(worker("a"), worker("b", 512)), kubeadmWorkloads(["cp"]));
    expect(shortages.map(shortageText)).toEqual([
      "kube-proxy needs 59Mi on b, which has 0Mi left: 59Mi too much",
    ]);
  });
});
