import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { AppsV1Api, CoreV1Api, type KubernetesObject } from "@kubernetes/client-node";
import { log, runtime, secret } from "@pulumi/pulumi";
import { type EngineEvent, LocalWorkspace } from "@pulumi/pulumi/automation/index.js";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { parse, stringify } from "yaml";
import { checkSettings } from "../../commands/check/check.ts";
import { findingsText } from "../../commands/check/text.ts";
import { planBoards } from "../../components/board/board.ts";
import { readPods } from "../../components/capacity/clusterPods.ts";
import { otherPodsIn } from "../../components/capacity/otherPods.ts";
import { kubeadmWorkloads } from "../../components/kubeadm/kubeadmWorkloads.ts";
import { putBoards } from "../../rehearsal/boards.ts";
import { applyTo, connect, startControlPlane, stopControlPlane } from "../../rehearsal/controlPlane.ts";
import { rehearsalFolder, repository } from "../../rehearsal/folder.ts";
import { freePorts } from "../../rehearsal/freePorts.ts";
import { settingsOf } from "../../settings/settings.ts";
import { findEngine } from "../../tools/engine.ts";
import { findTools } from "../../tools/obtain.ts";
import { engineOptions, writeProject } from "../../tools/pulumi.ts";
import { type Registered, registeredBy } from "../components/registered.ts";
import { hostKeyOf } from "../settings/files.ts";
import { settings } from "../settings/smallCluster.ts";

const folder = rehearsalFolder(path.join(repository, `.rehearsal-others-${process.pid}`));
const tools = await findTools();
const temporary = await mkdtemp(path.join(tmpdir(), "bramble-others-"));
const kubeconfig = path.join(temporary, "kubeconfig");
const { signal } = new AbortController();
/** Home in a cluster that is there, with two boards. */
const config = settings((all) => {
  all["bramble:cluster"] = { kubeconfig };
  delete all["bramble:datadog"];
  delete all["bramble:sensors"];
});
const boards = planBoards(settingsOf("home", config, () => true).boards);

beforeAll(async () => {
  await startControlPlane(folder, tools, signal);
  await putBoards(folder, boards, signal);
  await copyFile(folder.kubeconfig, kubeconfig);
}, 180_000);
afterAll(async () => {
  await stopControlPlane(folder, tools.kwokctl);
  await rm(temporary, { recursive: true });
}, 120_000);

const onWorker = { nodeSelector: { "kubernetes.io/hostname": "pi3-1" } };
const container = (memory?: string) => ({
  ...{ name: "app", image: "app:1" },
  ...(memory !== undefined && { resources: { requests: { memory } } }),
});

function workload(kind: string, name: string, memory: string, annotations = {}): KubernetesObject {
  const labels = { app: name };
  const template = {
    metadata: { labels, annotations },
    spec: { ...onWorker, containers: [container(memory)] },
  };
  const spec = { selector: { matchLabels: labels }, template, serviceName: name };
  return { apiVersion: "apps/v1", kind, metadata: { namespace: "default", name }, spec } as KubernetesObject;
}

async function untilRunning(count: number): Promise<void> {
  const api = connect(folder).makeApiClient(CoreV1Api);
  for (;;) {
    const { items } = await api.listNamespacedPod({ namespace: "default" });
    const running = items.filter(({ status }) => status?.phase === "Running");
    if (running.length === count && items.length === count) return;
    await sleep(200);
  }
}

async function others() {
  const { pods, use } = await readPods(await readFile(kubeconfig, "utf8"), 60);
  const { staying, leaving } = otherPodsIn(pods, use, {
    ...{ stack: "home", boards },
    loads: kubeadmWorkloads(["pi4-1"]),
  });
  const told = (each: typeof staying) =>
    each.map(({ kind, name, board, source }) => `${kind} ${name} on ${board}: ${source}`).sort();
  return { staying: told(staying), leaving: told(leaving) };
}

/** Runs the program, as a preview does; every resource is only recorded. */
async function preview() {
  const registered: Registered[] = [];
  const warned = vi.spyOn(log, "warn").mockResolvedValue();
  vi.stubEnv("PULUMI_CONFIG_SECRET_KEYS", JSON.stringify(["bramble:dns", "bramble:datadog"]));
  vi.resetModules();
  const text = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
  runtime.setAllConfig(Object.fromEntries(Object.entries(config).map(([key, value]) => [key, text(value)])));
  const error = await registeredBy(() => import("../../index.ts"), { registered }).then(
    () => "",
    (thrown: unknown) => (thrown as Error).message,
  );
  const warnings = warned.mock.calls.map(([message]) => message);
  warned.mockRestore();
  return { error, registered: registered.length, warnings };
}

it(
  "a preview counts what others run, refuses to push it out, and deploys once it is gone",
  { timeout: 300_000 },
  async () => {
    // What kubeadm made is none of it.
    expect(await others()).toEqual({ staying: [], leaving: [] });
    const apply = applyTo(connect(folder));
    const objects = [
      workload("Deployment", "jellyfin", "256Mi"),
      workload("DaemonSet", "logs", "16Mi"),
      workload("StatefulSet", "db", "32Mi"),
      workload("Deployment", "old", "8Mi", { "bramble/stack": "home" }),
    ];
    for (const each of objects) await apply(each);
    const shell = { namespace: "default", name: "shell" };
    const spec = { ...onWorker, containers: [container()] };
    await apply({ apiVersion: "v1", kind: "Pod", metadata: shell, spec } as KubernetesObject);
    await untilRunning(5);
    expect(await others()).toEqual({
      staying: [
        "DaemonSet default/logs on pi3-1: request",
        "Deployment default/jellyfin on pi3-1: request",
        "Pod default/shell on pi3-1: unknown",
        "StatefulSet default/db on pi3-1: request",
      ],
      leaving: ["Deployment default/old on pi3-1: request"],
    });

    const refused = await preview();
    expect(refused.error).toMatch(/^These pods do not fit on the boards:/);
    expect(refused.error).toContain(
      "on pi3-1, 304Mi are not bramble's: default/jellyfin 256Mi, default/db 32Mi, default/logs 16Mi, default/shell 0Mi (no memory request, not measured)",
    );
    expect(refused.registered).toBe(0);
    const check = () =>
      checkSettings("home", { settings: settingsOf("home", config, () => true), config, unset: [] });
    await expect(check()).rejects.toThrow("304Mi are not bramble's");

    const apps = connect(folder).makeApiClient(AppsV1Api);
    await apps.deleteNamespacedDeployment({ namespace: "default", name: "jellyfin" });
    await untilRunning(4);
    const fits = await preview();
    expect(fits.error).toBe("");
    expect(fits.registered).toBeGreaterThan(20);
    expect(fits.warnings).toContainEqual(
      expect.stringMatching(/without a memory request and not measured, so counted as 0Mi: default\/shell$/),
    );
    vi.resetModules();
    const text = findingsText("home", await check());
    expect(text).toMatch(/memory budget: \d+ pods fit on 2 boards, 3 of them not bramble's/);
    expect(text).toContain("48Mi are not bramble's: default/db 32Mi, default/logs 16Mi, default/shell 0Mi");

    const access = await readFile(kubeconfig, "utf8");
    await writeFile(kubeconfig, withUser(access, { as: "somebody" }));
    await expectUnread(/pods is forbidden: User "somebody" cannot list .* \(status 403\)$/);
    const [free] = await freePorts(1);
    await writeFile(kubeconfig, access.replace(/(127\.0\.0\.1):\d+/, `$1:${free}`));
    await expectUnread(/ECONNREFUSED/);
  },
);

/** Home's boards as bramble sets them up. */
const setUp = settings((all) => {
  for (const section of ["cluster", "dns", "datadog", "sensors"]) delete all[`bramble:${section}`];
  all["bramble:ingress"] = { board: "pi3-1", certificates: "selfSigned" };
  for (const [i, each] of (all["bramble:boards"] as object[]).entries())
    Object.assign(each, { hostKey: hostKeyOf(i) });
});

it(
  "Pulumi's engine has the kubeconfig of the last update at a preview, before anything is registered",
  { timeout: 600_000 },
  async ({ skip }) => {
    const engine = await findEngine();
    if ("missing" in engine) return skip(`no Pulumi engine: ${engine.missing}`);
    const project = path.join(temporary, "project");
    await writeProject(project);
    await writeFile(path.join(project, "stacks", "Pulumi.home.yaml"), stringify({ config: setUp }));
    const options = await engineOptions(engine.cli, { PULUMI_CONFIG_PASSPHRASE: "others" });
    const stack = await LocalWorkspace.createOrSelectStack({ stackName: "home", workDir: project }, options);
    const previewed = async () => {
      const said: string[] = [];
      const registered: string[] = [];
      const onEvent = ({ diagnosticEvent, resourcePreEvent }: EngineEvent) => {
        if (/error|warning/.test(diagnosticEvent?.severity ?? ""))
          said.push(`${diagnosticEvent?.severity}: ${diagnosticEvent?.message}`);
        if (resourcePreEvent) registered.push(resourcePreEvent.metadata.type);
      };
      await stack.preview({ onEvent, color: "never", suppressOutputs: true }).catch(() => undefined);
      return {
        said: said.join("\n"),
        registered: registered.filter((type) => !type.startsWith("pulumi:")).sort(),
      };
    };
    // The stack has no cluster yet, and nobody is asked.
    const before = await previewed();
    expect(before.said).not.toMatch(/^error|not bramble's/m);
    expect(before.registered.length).toBeGreaterThan(20);

    // Besides what the test before has left.
    await applyTo(connect(folder))(workload("Deployment", "jellyfin", "256Mi"));
    await untilRunning(5);
    const output = secret(await readFile(folder.kubeconfig, "utf8"));
    await stack.up({ program: () => Promise.resolve({ kubeconfig: output }), suppressOutputs: true });
    const refused = await previewed();
    expect(refused.said).toMatch(/^error: [^]*304Mi are not bramble's: default\/jellyfin 256Mi/);
    expect(refused.registered).toEqual([]);

    const apps = connect(folder).makeApiClient(AppsV1Api);
    await apps.deleteNamespacedDeployment({ namespace: "default", name: "jellyfin" });
    await untilRunning(4);
    const fits = await previewed();
    expect(fits.said).not.toMatch(/^error/m);
    expect(fits.said).toMatch(/^warning: bramble:cluster: .*counted as 0Mi: default\/shell/m);
    expect(fits.registered).toEqual(before.registered);
  },
);

function withUser(access: string, user: object): string {
  const parsed = parse(access) as { users: object[] };
  return stringify({ ...parsed, users: parsed.users.map((each) => merged(each, user)) });
}

function merged(entry: { user?: object }, user: object): object {
  return { ...entry, user: { ...entry.user, ...user } };
}

/** A preview says why the cluster can't be read, and shows the rest. */
async function expectUnread(reason: RegExp): Promise<void> {
  const { error, registered, warnings } = await preview();
  expect([error, registered > 20]).toEqual(["", true]);
  expect(warnings).toContainEqual(
    expect.stringMatching(
      /^bramble:cluster: pods that are not bramble's are not counted in the memory budget, because the cluster can't be read: https?:/,
    ),
  );
  expect(warnings.join("\n")).toMatch(reason);
}
