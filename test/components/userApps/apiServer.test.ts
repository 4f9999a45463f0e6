import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { AppsV1Api, CoreV1Api, PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import { stringify } from "yaml";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rightApp } from "../../settings/wrongApps.ts";
import { Line } from "./line.ts";
import { StoppingCluster, until } from "./stoppingCluster.ts";

const cluster = new StoppingCluster("api-server");
const core = () => cluster.config.makeApiClient(CoreV1Api);
beforeAll(() => cluster.start(stringify({ wiki: rightApp() }), "wiki"), 180_000);
afterAll(() => cluster.end(), 120_000);

describe("an app that is stopped for its backup", { timeout: 120_000 }, () => {
  const folder = mkdtempSync(path.join(tmpdir(), "bramble-stopped-"));
  let line: Line;
  let env: Record<string, string>;
  beforeAll(async () => {
    const direct = await cluster.credentials(folder);
    line = await Line.to(Number(new URL(direct.API_SERVER!).port));
    env = { ...direct, API_SERVER: `https://127.0.0.1:${line.port}` };
  });
  afterAll(() => {
    line.close();
    rmSync(folder, { recursive: true });
  });

  const patchPod = (body: object) =>
    core().patchNamespacedPod(
      { name: "wiki-0", namespace: "wiki", body },
      setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
    );
  /** How often the sidecar has said that it could not ask. */
  const failures = (said: string) => said.split("trying again").length - 1;

  it("is backed up by a pod that the API server, the scheduler and the Job's controller take", async () => {
    const { conditions, pods } = await cluster.runBackup();
    expect(conditions).toContain("Complete");
    expect(pods).toHaveLength(1);
    const { spec, status } = pods[0]!;
    expect(status?.phase).toBe("Succeeded");
    expect(spec?.initContainers?.map(({ name, restartPolicy }) => [name, restartPolicy])).toEqual([
      ["quiesce", "Always"],
      ["state", undefined],
    ]);
    expect(spec?.serviceAccountName).toBe("backup-quiesce");
    // Nothing but the sidecar has a token.
    expect(spec?.volumes?.filter(({ projected }) => projected)).toHaveLength(1);
  });

  it("is not backed up while its pod still ends", async () => {
    await patchPod({ metadata: { finalizers: ["test.example.com/ends-slowly"] } });
    const sidecar = cluster.startSidecar(env);
    await until(async () => (await cluster.replicas()) === 0);
    await until(
      async () =>
        (await core().readNamespacedPod({ name: "wiki-0", namespace: "wiki" })).metadata
          ?.deletionTimestamp !== undefined,
    );
    await sleep(3000);
    expect(sidecar.isReady()).toBe(false);
    await patchPod({ metadata: { finalizers: null } });
    await until(sidecar.isReady);
    expect(await cluster.pods()).toEqual([]);
    sidecar.stop("SIGTERM");
    expect((await sidecar.ended).code).toBe(0);
    expect(await cluster.replicas()).toBe(1);
    await until(async () => (await cluster.pods()).length === 1);
  });

  it("is stopped and started late where the API server is away", async () => {
    line.cut();
    const sidecar = cluster.startSidecar(env);
    await until(() => failures(sidecar.said()) >= 2);
    expect(sidecar.isReady()).toBe(false);
    expect(await cluster.replicas()).toBe(1);

    line.mend();
    await until(sidecar.isReady);
    expect(await cluster.replicas()).toBe(0);

    line.cut();
    const before = failures(sidecar.said());
    sidecar.stop("SIGTERM");
    await until(() => failures(sidecar.said()) >= before + 2);
    expect(await cluster.replicas()).toBe(0);

    line.mend();
    const { code, said } = await sidecar.ended;
    expect(said).toContain("started it again");
    expect(code).toBe(0);
    expect(await cluster.replicas()).toBe(1);
    await until(async () => (await cluster.pods()).length === 1);
  });

  it("may be removed meanwhile: nothing waits for it", async () => {
    const sidecar = cluster.startSidecar(env);
    await until(sidecar.isReady);
    await cluster.config
      .makeApiClient(AppsV1Api)
      .deleteNamespacedStatefulSet({ name: "wiki", namespace: "wiki" });
    sidecar.stop("SIGTERM");
    const { code, said } = await sidecar.ended;
    expect(said).toContain("it was removed meanwhile");
    expect(failures(said)).toBe(0);
    expect(code).toBe(0);
  });
});
