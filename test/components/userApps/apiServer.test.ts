import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  AppsV1Api,
  CoreV1Api,
  PatchStrategy,
  setHeaderOptions,
  type V1Pod,
  type V1ServiceAccount,
} from "@kubernetes/client-node";
import { stringify } from "yaml";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { backupWorkload } from "../../../components/app/backupWorkload.ts";
import { planBoards } from "../../../components/board/board.ts";
import { podSecurityOf } from "../../../components/userApps/security.ts";
import type { PodSecurity } from "../../../components/workload/namespace.ts";
import type { PodSpec } from "../../../components/workload/workload.ts";
import { partsOf } from "../../../settings/apps.ts";
import type { Config } from "../../settings/files.ts";
import { rightApp } from "../../settings/wrongApps.ts";
import { Line } from "./line.ts";
import { settingsWith } from "./runningApp.ts";
import { StoppingCluster, until } from "./stoppingCluster.ts";

const cluster = new StoppingCluster("api-server");
const core = () => cluster.config.makeApiClient(CoreV1Api);
const yaml = (changes: Config = {}) => stringify({ wiki: { ...rightApp(), ...changes } });
beforeAll(() => cluster.start(yaml(), "wiki"), 180_000);
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

  it("is left alone where the backup is ended before the API server has answered", async () => {
    line.cut();
    const sidecar = cluster.startSidecar(env);
    await until(() => failures(sidecar.said()) > 0);
    sidecar.stop("SIGTERM");
    const { code, said } = await sidecar.ended;
    line.mend();
    expect(failures(said)).toBe(1);
    expect(code).toBe(0);
    expect(await cluster.replicas()).toBe(1);
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

/** What is loosened of an app, and the standard that its namespace has then. */
const loosened: Readonly<Record<string, readonly [changes: Config, level: PodSecurity]>> = {
  "nothing loosened": [{}, "restricted"],
  "a group of its own": [{ group: 0 }, "restricted"],
  "a writable image": [{ security: { writableRoot: true } }, "restricted"],
  "ports below 1024": [{ security: { capabilities: ["NET_BIND_SERVICE"] } }, "restricted"],
  "a schedule": [{ port: undefined, schedule: "0 3 * * *" }, "restricted"],
  root: [{ user: 0 }, "baseline"],
  "root with a capability": [{ user: 0, security: { capabilities: ["CHOWN"] } }, "baseline"],
  "a capability without root": [{ security: { capabilities: ["CHOWN", "SETUID"] } }, "baseline"],
  "a capability that baseline refuses": [{ security: { capabilities: ["NET_ADMIN"] } }, "privileged"],
  "its board's network": [{ security: { hostNetwork: true } }, "privileged"],
  "its board's network as root": [{ user: 0, security: { hostNetwork: true } }, "privileged"],
  "a port of its board": [{ boardPorts: [{ port: 53, protocol: "UDP" }] }, "privileged"],
  "its whole board": [{ security: { privileged: true } }, "privileged"],
  "a device": [{ devices: ["/dev/ttyUSB0"], security: { privileged: true } }, "privileged"],
};

describe("the API server, with the pod security standard of an app's namespace", () => {
  const levels = ["restricted", "baseline", "privileged"] as const;
  beforeAll(async () => {
    for (const level of levels) {
      const labels = { "pod-security.kubernetes.io/enforce": level };
      await core().createNamespace({ body: { metadata: { name: level, labels } } });
      const account = { metadata: { name: "backup-quiesce" } };
      await core().createNamespacedServiceAccount({ namespace: level, body: account });
    }
    const all = async () => (await core().listServiceAccountForAllNamespaces()).items;
    const isDefault = ({ metadata }: V1ServiceAccount) =>
      metadata?.name === "default" && levels.some((level) => level === metadata.namespace);
    await until(async () => (await all()).filter(isDefault).length === levels.length);
  });

  /** `admitted`, or why not. */
  const verdict = (level: PodSecurity, spec: PodSpec) =>
    core()
      .createNamespacedPod({
        namespace: level,
        dryRun: "All",
        body: { metadata: { name: "wiki" }, spec } as V1Pod,
      })
      .then(
        () => "admitted",
        (error: unknown) => (error as Error).message,
      );

  it.each(Object.entries(loosened))(
    "takes the pods of an app with %s, and one level stricter refuses them",
    async (_, loose) => {
      const [changes, level] = loose;
      const settings = settingsWith(yaml(changes));
      const part = partsOf(settings, "home", planBoards(settings.boards)).find(
        ({ name }) => name === "wiki",
      )!;
      expect(podSecurityOf(settings.apps!.wiki!)).toBe(level);
      const { source, plan } = part.backup!;
      const [{ pod }, backup] = [part.loads![0]!, backupWorkload(source, plan)];
      expect(await verdict(level, pod)).toBe("admitted");
      expect(await verdict(level, backup.pod)).toBe("admitted");
      const stricter = levels[levels.indexOf(level) - 1];
      const refusal = new RegExp(`violates PodSecurity \\W+${stricter}:latest`);
      if (stricter) expect(await verdict(stricter, pod)).toMatch(refusal);
    },
  );
});
