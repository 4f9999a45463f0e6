// The roster in Pulumi's real engine: what it keeps from one `up` to the next, and what a preview refuses.
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { Roster, type RosterArgs } from "../../../components/kubeadm/roster.ts";
import { noEngine, TemporaryStack } from "../../temporaryStack.ts";

let temporary: TemporaryStack;

const board = (key: string, dead = false) => ({
  role: "controlPlane" as const,
  host: `${key}.example.com`,
  hostKey: `ssh-ed25519 ${key}`,
  dead,
});
const programOf = (boards: RosterArgs["boards"]) => () =>
  Promise.resolve({ order: new Roster("roster", { boards }).order });

/** Names by seniority, after an `up`. */
async function order(boards: RosterArgs["boards"]): Promise<string> {
  const { outputs } = await temporary.stack.up({ program: programOf(boards), color: "never" });
  return (outputs.order!.value as string[]).join(" ");
}

beforeEach(({ skip }) => skip(noEngine !== "", noEngine));
beforeAll(async () => {
  if (noEngine === "") temporary = await TemporaryStack.create("roster");
});
afterAll(() => {
  if (noEngine === "") temporary.remove();
});

it("keeps who was there for longest, whatever the list's order, until the machine is another", async () => {
  const [a, b, c] = ["a", "b", "c"].map((key) => board(key));
  if (!a || !b || !c) throw new Error("three boards");
  expect(await order({ b })).toBe("b");
  expect(await order({ a, b })).toBe("b a");
  const plan = await temporary.stack.preview({ program: programOf({ b, a }), color: "never" });
  expect(plan.changeSummary.update).toBeUndefined();
  expect(await order({ c, a, b })).toBe("b a c");
  expect(await order({ a, b: board("new"), c })).toBe("a c b");
  expect(await order({ a: board("a", true), b: board("new"), c })).toBe("c b");
  expect(await order({ a, b: board("new"), c })).toBe("c b a");
}, 240_000);

it("refuses at preview what would cost a board, and keeps what it knew", async () => {
  const renamed = { kitchen: board("a"), b: board("new"), c: board("c") };
  const refused = temporary.stack.preview({ program: programOf(renamed), color: "never" });
  await expect(refused).rejects.toThrow(/kitchen has the hostKey of a, .*can't be renamed/);
  const failed = temporary.stack.up({ program: programOf(renamed), color: "never" });
  await expect(failed).rejects.toThrow(/kitchen has the hostKey of a/);
  expect(await order({ a: board("a"), b: board("new"), c: board("c") })).toBe("c b a");
}, 240_000);
