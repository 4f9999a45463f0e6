import { afterAll, expect, it, vi } from "vitest";
import { selectStack } from "../../rehearsal/deployWithEngine.ts";
import { findEngine } from "../../tools/engine.ts";
import { expectHome } from "./home.ts";
import { TemporaryRehearsal } from "./temporaryRehearsal.ts";

// The engine runs the program in a process of its own, with the home that is in stacks/.
vi.unmock("../../settings/stackFile.ts");

const rehearsal = new TemporaryRehearsal("engine");
afterAll(() => rehearsal.end(), 120_000);

/** The stack is deleted and deployed again: volumes point to the same directories of the same boards as before. */
async function expectDataIsAdopted(engine: { cli: string; version: string }): Promise<void> {
  const before = await directories();
  for (const [, board, at, phase, policy] of before)
    expect([board, at, phase, policy]).toEqual([
      expect.any(String),
      expect.stringMatching(/^\//),
      "Bound",
      "Retain",
    ]);
  const stack = await selectStack(rehearsal.folder, engine.cli);
  await stack.destroy({ suppressOutputs: true, color: "never" });
  expect(await directories()).toEqual([]);
  expect((await rehearsal.run(engine)).pending).toEqual([]);
  expect(await directories()).toEqual(before);
}

async function directories() {
  const { items } = await rehearsal.api.listPersistentVolume();
  return items
    .map(({ spec, status }) => [
      spec?.claimRef?.name?.replace(/-[0-9a-f]{8}$/, ""),
      spec?.nodeAffinity?.required?.nodeSelectorTerms[0]?.matchExpressions?.[0]?.values?.[0],
      spec?.local?.path,
      status?.phase,
      spec?.persistentVolumeReclaimPolicy,
    ])
    .sort();
}

it(
  "`pulumi up` deploys home; again it changes nothing; deleted and anew it finds its data; ended, it leaves nothing",
  { timeout: 600_000 },
  async ({ skip }) => {
    const engine = await findEngine();
    if ("missing" in engine) return skip(`no Pulumi engine: ${engine.missing}`);

    const first = await rehearsal.run(engine);
    expect(first.deployedBy).toBe(`Pulumi ${engine.version}`);
    expect(first.changes).toMatch(/^\d+ created$/);
    await expectHome(first, rehearsal.api);

    const foreign = { namespace: "default", name: "by-hand" };
    const container = { name: "app", image: "app:1", resources: { requests: { memory: "1Mi" } } };
    await rehearsal.api.createNamespacedPod({
      namespace: "default",
      body: { metadata: foreign, spec: { containers: [container] } },
    });
    const again = await rehearsal.run(engine);
    expect(again.changes).toBe("nothing changed");
    expect(again.steps.map(({ name }) => name)).not.toContain("control plane");
    const others = again.boards.flatMap(({ pods }) => pods.filter(({ isOther }) => isOther));
    expect(others).toEqual([{ ...foreign, memory: 1, isStatic: false, isOther: true }]);
    expect(first.boards.some(({ pods }) => pods.some(({ isOther }) => isOther))).toBe(false);
    await rehearsal.api.deleteNamespacedPod(foreign);

    await expectDataIsAdopted(engine);

    expect(await rehearsal.end()).toEqual([]);
    expect(rehearsal.exists).toBe(false);
  },
);
