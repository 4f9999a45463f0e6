import { describe, expect, it } from "vitest";
import { type BoardDescription, planBoards } from "../../../components/board/board.ts";
import { boardFailures, upgradeOrder } from "../../../components/capacity/boardFailure.ts";
import { shortageText } from "../../../components/capacity/shortage.ts";
import type { Workload } from "../../../components/workload/workload.ts";

const board = (name: string, role: BoardDescription["role"] = "worker", ram = 1024): BoardDescription => ({
  name,
  ram,
  cores: 4,
  role,
  host: `${name}.lan`,
});
/** A control plane and two boards with 406 MiB for pods each. */
const boards = planBoards([board("cp", "controlPlane", 2048), board("a"), board("b")]);

function app(name: string, memory: number, change: Partial<Workload["pod"]> = {}): Workload {
  const pod = { containers: [{ name, resources: { requests: { memory: `${memory}Mi` } } }], ...change };
  return { name, namespace: name, kind: "Deployment", replicas: 1, pod };
}
const on = (name: string) => ({ nodeSelector: { "kubernetes.io/hostname": name } });
const failureOf = (name: string, ...loads: Workload[]) =>
  boardFailures(boards, loads).find((failure) => failure.board === name)!;

describe("a board that fails", () => {
  it("gives what can move to the others, and keeps what is tied to it", () => {
    const failure = failureOf("a", app("web", 100, on("a")), app("metrics", 200), app("fill", 300, on("b")));
    expect(failure.tied).toEqual(["web"]);
    expect(failure.moves).toEqual([]);
    expect(failure.pending.map(shortageText)).toEqual([
      "metrics needs 200Mi; the board with the most left, b, has 106Mi left: 94Mi too much",
    ]);
  });

  it("says where a pod goes that finds room", () => {
    const failure = failureOf("a", app("metrics", 300), app("other", 100, on("b")));
    expect(failure.moves).toEqual([{ name: "metrics", from: "a", to: "b" }]);
    expect(failure.pending).toEqual([]);
    expect(failure.uncertain).toEqual([]);
  });

  it("lets what is important push out what is not, and says so", () => {
    const high = { priorityClassName: "bramble-app" };
    const failure = failureOf(
      "a",
      app("shop", 300, high),
      app("filler", 200, on("b")),
      app("metrics", 150, { priorityClassName: "bramble-observing" }),
    );
    expect(failure.moves).toEqual([{ name: "shop", from: "a", to: "b" }]);
    expect(failure.pending.map(({ name }) => name).sort()).toEqual(["filler", "metrics"]);
  });

  it("takes the API with it where it is the only control plane, and then nothing moves", () => {
    const failure = failureOf("cp", app("metrics", 100, { tolerations: [{ operator: "Exists" }] }));
    expect(failure).toMatchObject({ hasControlPlane: false, moves: [], pending: [] });
  });

  it.each([
    [2, false],
    [3, true],
    [4, true],
  ])("of %d control planes leaves a majority: %s", (count, holds) => {
    const several = Array.from({ length: count }, (_, i) => board(`cp-${i}`, "controlPlane", 4096));
    const [failure] = boardFailures(planBoards(several), []);
    expect(failure?.hasControlPlane).toBe(holds);
  });
});

describe("the order of an upgrade", () => {
  it("begins with the control plane and is certain where everything always has room", () => {
    const steps = upgradeOrder(boards, [app("metrics", 100), app("web", 100, on("b"))]);
    expect(steps.map(({ board: name, isCertain }) => [name, isCertain])).toEqual([
      ["cp", true],
      ["a", true],
      ["b", true],
    ]);
    expect(steps[2]?.tied).toEqual(["web"]);
  });

  it("names what finds no room, where there is no order", () => {
    const steps = upgradeOrder(boards, [app("large", 300), app("larger", 350)]);
    expect(steps.flatMap(({ pending }) => pending.map(({ name }) => name)).sort()).toEqual([
      "large",
      "larger",
    ]);
    expect(steps.filter(({ isCertain }) => isCertain).map(({ board: name }) => name)).toEqual(["cp"]);
  });

  it("puts off a board until another that gave way is done", () => {
    const three = planBoards([board("cp", "controlPlane", 2048), board("a"), board("b"), board("c")]);
    const steps = upgradeOrder(three, [
      app("tied-a", 100, on("a")),
      app("tied-b", 300, on("b")),
      app("tied-c", 20, on("c")),
      app("floating", 330),
    ]);
    expect(steps.every(({ pending, board: name }) => pending.length === 0 || name === "c")).toBe(true);
  });
});
