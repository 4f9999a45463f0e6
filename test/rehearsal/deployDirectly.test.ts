import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeEach, expect, it, vi } from "vitest";
import type { Apply } from "../../rehearsal/controlPlane.ts";
import { rehearsalFolder } from "../../rehearsal/folder.ts";

const root = mkdtempSync(path.join(tmpdir(), "bramble-direct-"));
const folder = rehearsalFolder(root);
writeFileSync(folder.kubeconfig, "{}");
afterAll(() => rmSync(root, { recursive: true }));
beforeEach(() => vi.resetModules());

async function deploy(apply: Apply): Promise<string> {
  // Anew for each test, with the program that it imports.
  const { deployDirectly } = await import("../../rehearsal/deployDirectly.ts");
  return deployDirectly(folder, apply, "a test", () => undefined).then(
    ({ changes }) => changes,
    (error: unknown) => String(error),
  );
}

it("tells everything that the API server refused, by resource", async () => {
  const said = await deploy((object) =>
    object.kind === "StatefulSet" || object.kind === "PersistentVolume"
      ? Promise.reject(new Error(`no ${object.kind} today`))
      : Promise.resolve(object),
  );
  expect(said).toMatch(/^DeploymentError/);
  expect(said).toContain("no StatefulSet today");
  expect(said).toContain("no PersistentVolume today");
  expect(said).not.toContain("no Deployment today");
});

it("applies every object once, what others need before them, and the same again the next time", async () => {
  const record = async () => {
    const applied: string[] = [];
    const said = await deploy((object) => {
      applied.push(`${object.kind ?? ""} ${object.metadata?.namespace ?? ""}/${object.metadata?.name ?? ""}`);
      return Promise.resolve(object);
    });
    expect(said).toBe(`${applied.length} applied`);
    return applied;
  };
  const applied = await record();
  expect(new Set(applied).size).toBe(applied.length);
  expect(applied.indexOf("Namespace /gogs")).toBeLessThan(applied.indexOf("StatefulSet gogs/gogs"));
  expect(applied.indexOf("DaemonSet kube-flannel/kube-flannel-ds")).toBeLessThan(
    applied.indexOf("StatefulSet gogs/gogs"),
  );
  vi.resetModules();
  expect((await record()).sort()).toEqual(applied.sort());
});
