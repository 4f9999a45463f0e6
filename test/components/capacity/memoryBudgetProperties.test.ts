import type { V1Pod } from "@kubernetes/client-node";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { memoryPlan } from "../../../components/board/memoryPlan.ts";
import { models } from "../../../components/board/models.ts";
import { boardFailures, upgradeOrder } from "../../../components/capacity/boardFailure.ts";
import { memoryBudget } from "../../../components/capacity/memoryBudget.ts";
import { otherPodsIn } from "../../../components/capacity/otherPods.ts";
import { mayRunOn } from "../../../components/capacity/placement.ts";
import { memoryRequest } from "../../../components/capacity/podNeeds.ts";
import { processorSeconds } from "../../processor.ts";
import { someBoards, someCluster } from "./clusters.ts";

// The same clusters at every run; another number finds others.
fc.configureGlobal({ seed: 2018 });

const anyCluster = someCluster(someBoards(1, 64), 12);

describe("the plan of any board", () => {
  it("gives pods neither less than nothing nor more than the reservations leave", () => {
    const capacity = fc.oneof(
      fc.integer({ min: 0, max: 262_144 }),
      fc.constantFrom(...Object.values(models).map((model) => model.capacity)),
    );
    fc.assert(
      fc.property(capacity, (size) => {
        const { allocatable, systemReserved, kubeReserved, evictionHard, evictionSoft, maxPods } =
          memoryPlan(size);
        expect(allocatable).toBe(Math.max(0, size - systemReserved - kubeReserved - evictionHard));
        expect(evictionSoft).toBeGreaterThan(evictionHard);
        expect(maxPods).toBeLessThanOrEqual(110);
        for (const figure of [allocatable, systemReserved, kubeReserved, maxPods])
          expect(Number.isInteger(figure)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it("never gives less for more RAM", () => {
    const size = fc.integer({ min: 0, max: 262_144 });
    fc.assert(
      fc.property(size, size, (one, other) => {
        const [less, more] = [Math.min(one, other), Math.max(one, other)];
        expect(memoryPlan(more).allocatable).toBeGreaterThanOrEqual(memoryPlan(less).allocatable);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("the budget of any cluster of 1 to 64 boards", () => {
  it("gives no board more than it has, every pod one place, and none where it may not run", () => {
    fc.assert(
      fc.property(anyCluster, ({ boards, loads }) => {
        const { boards: budgets, shortages } = memoryBudget(boards, loads);
        for (const { board, held, left } of budgets) {
          expect(left).toBeGreaterThanOrEqual(0);
          expect(left).toBeLessThanOrEqual(board.memory.allocatable);
          expect(held.length).toBeLessThanOrEqual(board.memory.maxPods);
          for (const { name, memory } of held) {
            const load = loads.find((each) => each.name === name)!;
            expect(mayRunOn(board, load)).toBe(true);
            expect(memory).toBe(Math.ceil(memoryRequest(load.pod)));
          }
        }
        for (const load of loads) {
          const placed = budgets.flatMap(({ held }) => held.filter(({ name }) => name === load.name)).length;
          const short = shortages.filter(({ name }) => name === load.name).length;
          const wanted =
            load.kind === "DaemonSet"
              ? boards.filter((board) => mayRunOn(board, load)).length
              : load.replicas;
          expect(placed + short).toBe(wanted);
        }
      }),
      { numRuns: 150 },
    );
  });

  it("leaves what is not bramble's where it is, and gives bramble's own no more than it leaves", () => {
    fc.assert(
      fc.property(someCluster(someBoards(1, 12), 10, 12), ({ boards, loads, others }) => {
        const running = otherPodsIn(others as V1Pod[], new Map(), { stack: "home", boards, loads });
        const { boards: budgets, shortages, atRisk } = memoryBudget(boards, loads, running);
        expect(running.staying).toHaveLength(others.length);
        for (const { board, held, left } of budgets) {
          const here = running.staying.filter((each) => each.board === board.name);
          const foreign = held.filter(({ other }) => other !== undefined);
          expect(foreign.map(({ name }) => name).sort()).toEqual(here.map(({ name }) => name).sort());
          const own = held.filter(({ other, memory }) => other === undefined && memory > 0);
          const isStatic = own.some(({ kind }) => kind === "StaticPod");
          if (own.length > 0 && !isStatic) expect(left).toBeGreaterThanOrEqual(0);
        }
        const names = new Set(running.staying.map(({ name }) => name));
        expect(atRisk.filter((name) => !names.has(name))).toEqual([]);
        expect(shortages.filter(({ name }) => names.has(name))).toEqual([]);
        // Others never make anything fit.
        if (memoryBudget(boards, loads).shortages.length > 0) expect(shortages).not.toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it("finds room with more RAM wherever it found it with less", () => {
    fc.assert(
      fc.property(someCluster(someBoards(1, 8), 8), ({ boards, loads }) => {
        fc.pre(memoryBudget(boards, loads).shortages.length === 0);
        const larger = boards.map((board) => ({ ...board, memory: memoryPlan(board.memory.capacity + 512) }));
        expect(memoryBudget(larger, loads).shortages).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it("moves each pod of a board that fails, or says why it cannot", () => {
    fc.assert(
      fc.property(someCluster(someBoards(2, 12), 10), ({ boards, loads }) => {
        const { boards: budgets } = memoryBudget(boards, loads);
        for (const [i, failure] of boardFailures(boards, loads).entries()) {
          if (!failure.hasControlPlane) continue;
          const movable = budgets[i]!.held.filter((pod) => pod.movable);
          const told = [...failure.moves.filter(({ from }) => from === failure.board), ...failure.pending];
          expect(told.length).toBeGreaterThanOrEqual(movable.length);
          for (const { to } of failure.moves) expect(to).not.toBe(failure.board);
          if (failure.uncertain.length === 0)
            expect(failure.pending.filter((pod) => pod.movable)).toEqual([]);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("upgrades each board once, control planes first, and calls nothing certain that is not", () => {
    fc.assert(
      fc.property(someCluster(someBoards(1, 12), 8), ({ boards, loads }) => {
        const steps = upgradeOrder(boards, loads);
        expect(steps.map(({ board }) => board).sort()).toEqual(boards.map(({ name }) => name).sort());
        const roles = steps.map(({ board }) => boards.find(({ name }) => name === board)!.role);
        expect(roles).toEqual([...roles].sort());
        for (const { isCertain, pending } of steps) if (isCertain) expect(pending).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});

it(
  "takes little more than boards times pods, with what happens if any board fails",
  { timeout: 240_000 },
  () => {
    const cluster = (count: number, apps: number) => {
      const boards = fc.sample(someBoards(count, count, ["rpi-4b-4gb"]), { numRuns: 1, seed: 1 })[0]!;
      const loads = Array.from({ length: apps }, (_, i) => ({
        name: `app-${i}`,
        namespace: "apps",
        kind: "Deployment" as const,
        replicas: 2,
        pod: { containers: [{ name: "app", resources: { requests: { memory: "128Mi" } } }] },
      }));
      return () => {
        expect(memoryBudget(boards, loads).shortages).toEqual([]);
        expect(boardFailures(boards, loads)).toHaveLength(count);
      };
    };
    const [small, large] = [cluster(64, 250), cluster(256, 1000)];
    small();
    // Four times the boards with four times the pods: 16, where the next power would take 64.
    expect(processorSeconds(large) / processorSeconds(small)).toBeLessThan(32);
  },
);
