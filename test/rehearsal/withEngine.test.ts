import { afterAll, expect, it } from "vitest";
import { findEngine } from "../../rehearsal/tools/engine.ts";
import { expectHome } from "./home.ts";
import { TemporaryRehearsal } from "./temporaryRehearsal.ts";

const rehearsal = new TemporaryRehearsal("engine");
afterAll(() => rehearsal.end(), 120_000);

it(
  "`pulumi up` deploys home; again it changes nothing; ended, it leaves nothing",
  { timeout: 600_000 },
  async ({ skip }) => {
    const engine = await findEngine();
    if ("missing" in engine) return skip(`no Pulumi engine: ${engine.missing}`);

    const first = await rehearsal.run(engine);
    expect(first.deployedBy).toBe(`Pulumi ${engine.version}`);
    expect(first.changes).toMatch(/^\d+ created$/);
    await expectHome(first, rehearsal.api);

    const again = await rehearsal.run(engine);
    expect(again.changes).toBe("nothing changed");
    expect(again.steps.map(({ name }) => name)).not.toContain("control plane");

    expect(await rehearsal.end()).toEqual([]);
    expect(rehearsal.exists).toBe(false);
  },
);
