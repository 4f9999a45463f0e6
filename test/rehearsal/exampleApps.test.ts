import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { AppsV1Api, CoreV1Api, PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { parse, stringify } from "yaml";
import { planBoards } from "../../components/board/board.ts";
import { requireFit } from "../../components/capacity/memoryBudget.ts";
import { putBoards } from "../../rehearsal/boards.ts";
import { connect, startControlPlane } from "../../rehearsal/controlPlane.ts";
import { selectStack } from "../../rehearsal/deployWithEngine.ts";
import { placedPods } from "../../rehearsal/placedPods.ts";
import { rehearsalConfig, stackName, writeRehearsalProject } from "../../rehearsal/pulumiProject.ts";
import { startScheduledPods } from "../../rehearsal/scheduledPods.ts";
import { loadsOf, partsOf } from "../../settings/apps.ts";
import { settingsOf, settingsOfFile } from "../../settings/settings.ts";
import { completed } from "../../settings/unset.ts";
import { findEngine } from "../../tools/engine.ts";
import { findTools } from "../../tools/obtain.ts";
import { TemporaryRehearsal } from "./temporaryRehearsal.ts";

// The engine runs the program in a process of its own, with the home that is in stacks/.
vi.unmock("../../settings/stackFile.ts");

const page = readFileSync(new URL("../../docs/apps.md", import.meta.url), "utf8");
const examples = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text]) => {
  const { config } = parse(text!) as { config: { "bramble:apps": Record<string, object> } };
  return config["bramble:apps"];
});
// The first one is only there to show what an app is.
const six = Object.assign({}, ...examples.slice(1)) as Record<string, object>;

const engine = await findEngine();
const noEngine = "missing" in engine ? `no Pulumi engine: ${engine.missing}` : "";
const rehearsal = new TemporaryRehearsal("examples");
const { folder } = rehearsal;
const { signal } = new AbortController();

/** Home with workers of 4 GB and these apps, as the rehearsal has it. */
async function configWith(apps: object) {
  const home = settingsOfFile("home").config["bramble:boards"] as { role: string }[];
  const boards = home.map((board) => (board.role === "worker" ? { ...board, model: "rpi-4b-4gb" } : board));
  const rehearsed = await rehearsalConfig(folder);
  // Nobody serves metrics-server's API in a rehearsal, and while one does not answer no namespace can be deleted.
  const cluster = { ...(rehearsed["bramble:cluster"] as object), metrics: false };
  const own = { "bramble:cluster": cluster, "bramble:boards": boards, "bramble:apps": apps };
  const written = { ...rehearsed, ...own };
  return completed(stackName, written).config;
}

/** Runs `pulumi up` with these apps; returns what it did: `create site-pod`. */
async function up(apps: object): Promise<string[]> {
  if ("missing" in engine) throw new Error(noEngine);
  await writeRehearsalProject(folder);
  const file = path.join(folder.project, "stacks", `Pulumi.${stackName}.yaml`);
  const before = parse(readFileSync(file, "utf8")) as object;
  await writeFile(file, stringify({ ...before, config: await configWith(apps) }));
  const stack = await selectStack(folder, engine.cli);
  const done: string[] = [];
  const onEvent = ({ resOutputsEvent }: EngineEvent) => {
    const { op = "same", urn = "", type = "" } = resOutputsEvent?.metadata ?? {};
    // Components have no objects of their own.
    if (op !== "same" && !/^(bramble|pulumi):/.test(type)) done.push(`${op} ${urn.split("::").at(-1)}`);
  };
  await stack.up({ onEvent, suppressOutputs: true, color: "never" });
  return done;
}

async function running(apps: object) {
  const settings = settingsOf(stackName, await configWith(apps), () => false);
  const boards = planBoards(settings.boards);
  const loads = loadsOf(partsOf(settings, stackName, boards), boards);
  const own = { stack: stackName, loads, boards };
  await startScheduledPods(connect(folder), signal);
  return placedPods(connect(folder), requireFit(boards, loads), own, signal);
}

/** What is known of an app elsewhere: who is let in, whose certificates are watched, what is tested. */
const elsewhere = [
  "update backup-accounts",
  "update backup-deployment",
  "update kube-state-metrics-deployment",
  "update restore-test-cronjob",
  "update traefik-configuration",
  "update traefik-deployment",
];
const ofOthers = (done: readonly string[]) => done.filter((each) => !each.includes("vaultwarden"));
const ofIt = (done: readonly string[]) =>
  done.filter((each) => each.includes("vaultwarden")).map((each) => each.split(" ")[0]);
const api = () => connect(folder).makeApiClient(CoreV1Api);
const namespaces = async () =>
  (await api().listNamespace()).items.map(({ metadata }) => metadata?.name ?? "");
/** Pods by the id that they have as long as they are the same, but for those of jobs. */
const podIds = async () => {
  const { items } = await api().listPodForAllNamespaces();
  const lasting = items.filter(({ metadata }) => metadata?.ownerReferences?.[0]?.kind !== "Job");
  return new Map(lasting.map(({ metadata }) => [metadata?.uid, metadata?.namespace]));
};
/** Namespaces of pods that were there and are not any more. */
const restarted = async (before: Map<string | undefined, string | undefined>) => {
  const now = await podIds();
  return [...before].flatMap(([id, namespace]) => (now.has(id) ? [] : (namespace ?? ""))).sort();
};

describe("the six examples of docs/apps.md on boards that have the RAM", { timeout: 600_000 }, () => {
  beforeEach(({ skip }) => skip(noEngine !== "", noEngine));
  beforeAll(async () => {
    if (noEngine !== "") return;
    await mkdir(folder.root, { recursive: true });
    await startControlPlane(folder, await findTools(), signal);
    const settings = settingsOf(stackName, await configWith(six), () => false);
    await putBoards(folder, planBoards(settings.boards), signal);
  }, 180_000);
  afterAll(async () => {
    if (noEngine === "") await rehearsal.end();
  }, 120_000);

  it("all run", async () => {
    await up(six);
    expect((await running(six)).pending).toEqual([]);
    expect(await namespaces()).toEqual(expect.arrayContaining(Object.keys(six)));
  });

  it("lose one: its objects go, its data stays, and nothing of the others is touched", async () => {
    const before = await podIds();
    const volumes = (await api().listPersistentVolume()).items;
    const data = volumes.find(({ metadata }) => metadata?.name?.startsWith("vaultwarden-"));
    expect(data?.spec?.persistentVolumeReclaimPolicy).toBe("Retain");
    const { vaultwarden: _, ...five } = six;
    const done = await up(five);
    expect(done).toContain("delete vaultwarden-namespace");
    expect(new Set(ofIt(done))).toEqual(new Set(["delete"]));
    expect(ofOthers(done).sort()).toEqual(elsewhere);
    expect(await namespaces()).not.toContain("vaultwarden");
    expect((await running(five)).pending).toEqual([]);
    expect(await restarted(before)).toEqual(["backup", "ingress", "kube-state-metrics", "vaultwarden"]);
  });

  it("get it again", async () => {
    const before = await podIds();
    const done = await up(six);
    expect(new Set(ofIt(done))).toEqual(new Set(["create"]));
    expect(ofOthers(done).sort()).toEqual(elsewhere);
    expect((await running(six)).pending).toEqual([]);
    expect(await restarted(before)).toEqual(["backup", "ingress", "kube-state-metrics"]);
  });

  it("are changed while a backup has stopped them, and run again", async () => {
    const name = { name: "home-assistant", namespace: "home-assistant" };
    const scale = () => connect(folder).makeApiClient(AppsV1Api).readNamespacedStatefulSetScale(name);
    await connect(folder)
      .makeApiClient(AppsV1Api)
      .patchNamespacedStatefulSetScale(
        { ...name, body: { spec: { replicas: 0 } }, fieldManager: "backup" },
        setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
      );
    expect((await scale()).spec?.replicas ?? 0).toBe(0);
    const changed = { ...six["home-assistant"]!, environment: { LATER: "yes" } };
    const done = await up({ ...six, "home-assistant": changed });
    expect(done).toEqual(["update home-assistant-statefulset"]);
    expect((await scale()).spec?.replicas).toBe(1);
  });
});
