import { afterAll, expect, it } from "vitest";
import { expectHome } from "./home.ts";
import { TemporaryRehearsal } from "./temporaryRehearsal.ts";

const rehearsal = new TemporaryRehearsal("direct");
afterAll(() => rehearsal.end(), 120_000);

it("the same program is deployed without an engine", { timeout: 300_000 }, async () => {
  const outcome = await rehearsal.run({ missing: "a test" });
  expect(outcome.deployedBy).toBe("the Pulumi SDK alone (a test)");
  await expectHome(outcome, rehearsal.api);
  expect(await rehearsal.end()).toEqual([]);
});
