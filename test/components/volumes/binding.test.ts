import {
  CoreV1Api,
  PatchStrategy,
  setHeaderOptions,
  StorageV1Api,
  type V1PersistentVolumeClaim,
} from "@kubernetes/client-node";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { planBoards } from "../../../components/board/board.ts";
import { defaultStorageClass } from "../../../components/volumes/volumes.ts";
import { putBoards } from "../../../rehearsal/boards.ts";
import { applyTo, connect, startControlPlane, stopControlPlane } from "../../../rehearsal/controlPlane.ts";
import { rehearsalFolder, repository } from "../../../rehearsal/folder.ts";
import { settingsOf } from "../../../settings/settings.ts";
import type { StackConfig } from "../../../settings/stackFile.ts";
import { findTools } from "../../../tools/obtain.ts";
import { registeredBy } from "../registered.ts";
import { file, set } from "../../settings/files.ts";
import { objectOf, until } from "../userApps/stoppingCluster.ts";

const folder = rehearsalFolder(path.join(repository, `.rehearsal-volumes-${process.pid}`));
const core = () => connect(folder).makeApiClient(CoreV1Api);
const { signal } = new AbortController();
const volumes = [
  { name: "small", size: "1Gi", board: "pi3-1" },
  { name: "large", size: "8Gi", board: "pi3-1" },
  { name: "kept", size: "1Gi", board: "pi3-2", claim: "blog/uploads" },
];

const offer = async (given: readonly object[]) => {
  const text = file(set("storage", { volumes: given, defaultClass: true }));
  const { config } = parse(text) as { config: StackConfig };
  const parsed = settingsOf("home", config, () => true);
  const registered = await registeredBy(async () => {
    const { partsOf } = await import("../../../settings/apps.ts");
    const parts = partsOf(parsed, "home", planBoards(parsed.boards));
    parts.find(({ name }) => name === "volumes")!.register("volumes", { opts: {}, backedUp: [] });
  });
  const apply = applyTo(connect(folder));
  for (const object of registered.flatMap(objectOf)) await apply(object);
  return parsed;
};

beforeAll(async () => {
  await startControlPlane(folder, await findTools(), signal);
  const parsed = await offer(volumes);
  await putBoards(folder, planBoards(parsed.boards), signal);
  await core().createNamespace({ body: { metadata: { name: "blog" } } });
  const accounts = async () => (await core().listNamespacedServiceAccount({ namespace: "blog" })).items;
  await until(async () => (await accounts()).length > 0);
}, 180_000);
afterAll(async () => stopControlPlane(folder, (await findTools()).kwokctl), 120_000);

const at = (name: string) => ({ namespace: "blog", name });

/** A claim and a pod that uses it, as a chart makes them: without a class. */
async function deploy(name: string, storage: string, more: Partial<V1PersistentVolumeClaim["spec"]> = {}) {
  const spec = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage } }, ...more };
  await core().createNamespacedPersistentVolumeClaim({
    namespace: "blog",
    body: { metadata: { name }, spec },
  });
  await core().createNamespacedPod({
    namespace: "blog",
    body: {
      metadata: { name },
      spec: {
        containers: [{ name, image: "blog:1.0.0", volumeMounts: [{ name: "data", mountPath: "/data" }] }],
        volumes: [{ name: "data", persistentVolumeClaim: { claimName: name } }],
      },
    },
  });
}
const claim = (name: string) => core().readNamespacedPersistentVolumeClaim(at(name));
const volumeOf = async (name: string) => (await claim(name)).spec?.volumeName ?? "none";
const nodeOf = async (name: string) => (await core().readNamespacedPod(at(name))).spec?.nodeName;
const volumesNamed = async (name: string) =>
  (await core().listPersistentVolume()).items.filter(({ metadata }) =>
    metadata?.name?.startsWith(`${name}-`),
  );
const volumeNamed = async (name: string) => (await volumesNamed(name))[0]!;
/** As docs/storage.md has it with kubectl. */
const patchClaim = async (volume: string, claimRef: object | null) =>
  core().patchPersistentVolume(
    { name: (await volumeNamed(volume)).metadata!.name!, body: { spec: { claimRef } } },
    setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
  );
const remove = async (name: string) => {
  await core().deleteNamespacedPod({ ...at(name), gracePeriodSeconds: 0 });
  await core().deleteNamespacedPersistentVolumeClaim(at(name));
};

describe("a real API server with the volumes", { timeout: 120_000 }, () => {
  it("gives claims without a class that of bramble, and the smallest volume of a board that fits, with the pod beside it", async () => {
    await deploy("posts", "1Gi");
    await until(async () => (await claim("posts")).status?.phase === "Bound");
    expect((await claim("posts")).spec?.storageClassName).toBe(defaultStorageClass);
    expect(await volumeOf("posts")).toMatch(/^small-volume-[0-9a-f]{8}$/);
    await until(async () => (await nodeOf("posts")) === "pi3-1");
    await deploy("photos", "2Gi");
    await until(async () => (await claim("photos")).status?.phase === "Bound");
    expect(await volumeOf("photos")).toMatch(/^large-volume-/);
    await until(async () => (await nodeOf("photos")) === "pi3-1");
  });

  it("keeps a volume for its claim, and says why another one waits", async () => {
    await deploy("more", "1Gi");
    const waits = async () => {
      const { items } = await core().listNamespacedEvent({ namespace: "blog" });
      return items.some(
        ({ involvedObject, message }) =>
          involvedObject.name === "more" && message?.includes("didn't find available persistent volumes"),
      );
    };
    await until(waits);
    expect(await volumeOf("more")).toBe("none");
    await deploy("uploads", "1Gi");
    await until(async () => (await claim("uploads")).status?.phase === "Bound");
    expect(await volumeOf("uploads")).toMatch(/^kept-volume-/);
    await until(async () => (await nodeOf("uploads")) === "pi3-2");
    await remove("more");
  });

  it("keeps the data of a claim that is deleted, until its owner gives the volume to another", async () => {
    await remove("posts");
    await until(async () => (await volumeNamed("small")).status?.phase === "Released");
    await deploy("news", "1Gi");
    await sleep(5000);
    expect(await volumeOf("news")).toBe("none");
    await patchClaim("small", null);
    await until(async () => (await claim("news")).status?.phase === "Bound");
    expect(await volumeOf("news")).toMatch(/^small-volume-/);
  });

  it("gives a claim of the same name its data again", async () => {
    await remove("uploads");
    await until(async () => (await volumeNamed("kept")).status?.phase === "Released");
    await deploy("uploads", "1Gi");
    await patchClaim("kept", { uid: null });
    await until(async () => (await claim("uploads")).status?.phase === "Bound");
    expect(await volumeOf("uploads")).toMatch(/^kept-volume-/);
  });

  it("takes a larger size, for a bound volume, too, and leaves its claim alone", async () => {
    const before = await volumeNamed("large");
    await offer(volumes.map((volume) => (volume.name === "large" ? { ...volume, size: "16Gi" } : volume)));
    const after = await volumeNamed("large");
    expect(after.spec?.capacity).toEqual({ storage: "16Gi" });
    expect(after.spec?.claimRef?.uid).toBe(before.spec?.claimRef?.uid);
    expect(after.metadata?.uid).toBe(before.metadata?.uid);
    expect((await claim("photos")).status?.phase).toBe("Bound");
  });

  it("deletes no volume that a claim uses", async () => {
    const { metadata } = await volumeNamed("large");
    await core().deletePersistentVolume({ name: metadata!.name! });
    await sleep(2000);
    expect((await volumeNamed("large")).status?.phase).toBe("Bound");
    await remove("photos");
    const classes = await connect(folder).makeApiClient(StorageV1Api).listStorageClass();
    expect(classes.items.map((each) => each.metadata?.name)).toEqual([defaultStorageClass]);
    await until(async () => (await volumesNamed("large")).length === 0);
  });
});
