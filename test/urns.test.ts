import { runtime } from "@pulumi/pulumi";
import { expect, it, vi } from "vitest";
import { settingsOfFile } from "../settings/settings.ts";
import { readStackFile, type StackConfig } from "../settings/stackFile.ts";
import { hostKeyOf } from "./settings/files.ts";

vi.setConfig({ testTimeout: 120_000 });

/** Boards that have a host key. */
const setUp = (config: StackConfig): StackConfig => ({
  ...config,
  "bramble:boards": (config["bramble:boards"] as object[]).map((board, i) => ({
    ...board,
    hostKey: hostKeyOf(i),
  })),
});

/** A resource whose URN changes is deleted and made anew: each change of these files is on purpose. */
it.each([
  ["home", "home", () => setUp(settingsOfFile("home").config)],
  ["rehearsal", "rehearsal", () => settingsOfFile("rehearsal").config],
  ["lab", "lab", () => setUp(readStackFile("lab"))],
  [
    "home",
    "home-existing",
    () => ({ ...settingsOfFile("home").config, "bramble:cluster": { kubeconfig: "kubeconfig.home" } }),
  ],
])("%s has the URNs of urns/%s.txt", async (stack, name, config) => {
  vi.resetModules();
  const { registeredResources } = await import("../commands/check/program.ts");
  await registeredResources(stack, config());
  const { resources } = runtime.getMonitor() as unknown as { resources: ReadonlyMap<string, unknown> };
  await expect([...resources.keys()].sort().join("\n") + "\n").toMatchFileSnapshot(`urns/${name}.txt`);
});
