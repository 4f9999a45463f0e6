import { describe, expect, it } from "vitest";
import { memoryPlan } from "../../../components/board/memoryPlan.ts";
import { models } from "../../../components/board/models.ts";

describe("memoryPlan", () => {
  it("divides a Raspberry Pi 3", () => {
    expect(memoryPlan(905)).toMatchObject({
      systemReserved: 106,
      kubeReserved: 233,
      evictionHard: 128,
      evictionSoft: 160,
      maxPods: 14,
      allocatable: 438,
    });
  });

  it("accounts for every MiB of each model, and for each reservation by its terms", () => {
    for (const { capacity } of Object.values(models)) {
      const plan = memoryPlan(capacity);
      const { systemReserved, kubeReserved, evictionHard, allocatable, derivation } = plan;
      if (allocatable > 0) expect(systemReserved + kubeReserved + evictionHard + allocatable).toBe(capacity);
      for (const name of ["systemReserved", "kubeReserved"] as const) {
        expect(derivation[name].reduce((sum, term) => sum + term.mebibytes, 0)).toBe(plan[name]);
        expect(derivation[name].every(({ source }) => source !== "")).toBe(true);
      }
    }
  });

  it("never leaves less for pods when there is more RAM", () => {
    let before = 0;
    for (let capacity = 128; capacity < 20_000; capacity++) {
      const { allocatable } = memoryPlan(capacity);
      expect(allocatable).toBeGreaterThanOrEqual(before);
      before = allocatable;
    }
  });

  it("leaves nothing, rather than less than nothing, of a board that is too small", () => {
    expect(memoryPlan(411).allocatable).toBe(0);
  });

  it("stops at the kubelet's own 110 pods on a large board", () => {
    expect(memoryPlan(15_961).maxPods).toBe(110);
  });

  it("keeps the soft threshold where a board that is full to its requests does not evict", () => {
    // Full to its requests, a board shows the hard threshold plus the kernel memory that nobody is charged for.
    const { evictionHard, evictionSoft } = memoryPlan(905);
    expect(evictionSoft).toBeGreaterThan(evictionHard);
    expect(evictionSoft).toBeLessThan(evictionHard + 52);
  });
});
