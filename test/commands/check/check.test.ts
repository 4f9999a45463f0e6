import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Findings } from "../../../commands/check/check.ts";
import { isFine } from "../../../commands/check/check.ts";
import { main } from "../../../commands/check/main.ts";
import { findingsText } from "../../../commands/check/text.ts";
import { judge } from "../../../policy/judge.ts";
import { rules } from "../../../policy/policies.ts";
import type { Seen } from "../../../policy/rule.ts";
import { settingsOf, settingsOfFile } from "../../../settings/settings.ts";
import type { StackConfig } from "../../../settings/stackFile.ts";
import { board, controlPlane, deployment } from "../../policy/sound.ts";
import { processorSeconds } from "../../processor.ts";

// Each test imports the whole program anew.
vi.setConfig({ testTimeout: 120_000 });
beforeEach(() => void vi.resetModules());
afterEach(() => void vi.restoreAllMocks());

const home = settingsOfFile("home");

async function resources(config: StackConfig): Promise<Seen[]> {
  // Anew for each test, with the program that it imports.
  const { registeredResources } = await import("../../../commands/check/program.ts");
  return registeredResources("home", config);
}

async function findings(config: StackConfig): Promise<Findings> {
  const settings = settingsOf("home", config, () => true);
  const { checkSettings } = await import("../../../commands/check/check.ts");
  return checkSettings("home", { settings, config, unset: [] });
}

/** Home with the cluster of somebody else. */
const existing: StackConfig = { ...home.config, "bramble:cluster": { kubeconfig: "kubeconfig.home" } };

it("has nothing mandatory against home, and says what is still to be set", async () => {
  const found = await findings(home.config);
  const text = findingsText("home", { ...found, unset: home.unset });
  expect(isFine(found), text).toBe(true);
  expect(text).toMatch(/✓ memory budget: \d+ pods fit on 4 boards/);
  expect(text).toContain("still to be set: 6");
  expect(text).toContain(
    "bramble:datadog.apiKey: npx pulumi config set --secret --path 'bramble:datadog.apiKey' -s home",
  );
  expect(text).toContain("bramble:boards[0].hostKey: npm run card -- home pi4-1 --to DIR");
  expect(text).toContain("npm run check -- home --set-secrets");
  expect(text).toContain(
    "not counted: pods that are not bramble's. npx pulumi preview -s home asks the cluster",
  );
  expect(text).not.toMatch(/of them not bramble's|are not bramble's:/);
  expect(text).toMatch(/pi4-1 .* no API until it is back/);
  expect(text).toMatch(/pi3-2 .*gogs.* waits? for it/);
});

it("shows a warning of the settings once, and is fine", async () => {
  const logged = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  const config = structuredClone({ ...existing });
  const second = { name: "pi4-2", model: "rpi-4b-2gb", role: "controlPlane", host: "192.168.1.20" };
  (config["bramble:boards"] as object[]).push(second);
  const found = await findings(config);
  expect(isFine(found)).toBe(true);
  const text = findingsText("home", found);
  expect(text.match(/warning: bramble:boards: 2 boards have the role controlPlane: etcd/g)).toHaveLength(1);
  expect(logged.mock.calls).toEqual([]);
});

it("says once that a cluster whose kubeconfig is not there was not asked, and is fine", async () => {
  const logged = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  const found = await findings(existing);
  expect(isFine(found)).toBe(true);
  const text = findingsText("home", found);
  expect(text.match(/pods that are not bramble's are not counted/g)).toHaveLength(1);
  expect(text).toMatch(
    /because the cluster can't be read: bramble:cluster.kubeconfig: can't read .*kubeconfig.home/,
  );
  expect(text).not.toContain("asks the cluster");
  expect(logged.mock.calls).toEqual([]);
});

describe("every policy", () => {
  const idle = (seen: readonly Seen[], settings?: object) =>
    rules.filter((rule) => !seen.some((each) => rule.concerns(each, settings))).map(({ name }) => name);

  it("is bound to something that a stack of bramble really registers", async () => {
    expect(idle(await resources(home.config))).toEqual([]);
  });

  it("about kubeadm is idle where the cluster is there already", async () => {
    const ofOwnCluster = ["leader-election", "control-plane-timeouts", "host-keys"];
    expect(idle(await resources(existing))).toEqual(ofOwnCluster);
  });

  it.each([
    ["leader-election", { clusterTypes: ["bramble:cluster:Cluster"] }],
    ["eviction-thresholds", { boardTypes: ["bramble:boards:Board"] }],
    ["stack-fits", { boardTypes: ["bramble:boards:Board"] }],
  ])("%s would be missed if it were bound to a class that never occurs", async (name, elsewhere) => {
    expect(idle(await resources(home.config), elsewhere)).toContain(name);
  });

  it("has nothing against boards that bramble sets up", async () => {
    const violations = judge(await resources(home.config)).filter(({ level }) => level === "mandatory");
    expect(violations.flatMap((each) => each.violations)).toEqual([]);
  });

  it("bounds what each container may write to the card", async () => {
    const judged = judge(await resources(home.config)).find(({ name }) => name === "ephemeral-storage");
    expect(judged?.violations).toEqual([]);
  });
});

it("refuses a volume that goes with its claim, were one registered", async () => {
  const seen = await resources(home.config);
  const volumes = seen.filter(({ type }) => type === "kubernetes:core/v1:PersistentVolume");
  expect(volumes.length).toBeGreaterThan(0);
  const changed = seen.map((each) =>
    volumes.includes(each)
      ? { ...each, props: { ...each.props, spec: { persistentVolumeReclaimPolicy: "Delete" } } }
      : each,
  );
  const found = { ...(await findings(home.config)), policies: judge(changed) };
  expect(isFine(found)).toBe(false);
  expect(findingsText("home", found)).toContain("mandatory: policy data-volumes");
});

describe("the command", () => {
  const said: string[] = [];
  beforeEach(() => {
    said.length = 0;
    for (const way of ["log", "error"] as const)
      vi.spyOn(console, way).mockImplementation((text: string) => void said.push(text));
  });

  it.each([[[]], [["nowhere"]], [["home", "away"]], [["../home"]], [["home", "--set-secrets", "more"]]])(
    "of %j shows how it is used",
    async (args) => {
      expect(await main(args)).toBe(2);
      expect(said.join()).toContain("npm run check -- home");
    },
  );

  it("of home finds no fault", async () => {
    expect(await main(["home"])).toBe(0);
    expect(said.join()).toContain("settings of home");
  });
});

it("judges 256 boards with 2,000 pods in little more than boards times pods", { timeout: 240_000 }, () => {
  const stack = (boards: number, pods: number): Seen[] =>
    [
      ...Array.from({ length: boards }, (_, i) =>
        i < 3
          ? controlPlane(`board-${i}`, 4096, 3794)
          : board(`board-${i}`, undefined, { ram: 4096, capacity: 3794 }),
      ),
      ...Array.from({ length: pods }, (_, i) => deployment(`app-${i}`)),
    ].map((each) => ({ ...each, isProtected: false }));
  const [small, large] = [stack(64, 500), stack(256, 2000)];
  judge(small);
  const ratio = processorSeconds(() => judge(large)) / processorSeconds(() => judge(small));
  expect(judge(large).flatMap(({ violations }) => violations)).toEqual([]);
  // Four times the boards with four times the pods: 16, where the next power would take 64.
  expect(ratio).toBeLessThan(32);
});
