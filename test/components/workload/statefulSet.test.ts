// A StatefulSet of an older bramble, in Pulumi's real engine and at a real API server, gets its own Service.
import { AppsV1Api, CoreV1Api } from "@kubernetes/client-node";
import { apps, core } from "@pulumi/kubernetes";
import { output } from "@pulumi/pulumi";
import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { claimName, DataVolume } from "../../../components/app/volumes.ts";
import { planBoards } from "../../../components/board/board.ts";
import { clusterProvider } from "../../../components/kubeadm/provider.ts";
import { labelsOf, registerWorkload, type Workload } from "../../../components/workload/workload.ts";
import { putBoards } from "../../../rehearsal/boards.ts";
import { connect, startControlPlane, stopControlPlane } from "../../../rehearsal/controlPlane.ts";
import { rehearsalFolder, repository } from "../../../rehearsal/folder.ts";
import { findTools } from "../../../tools/obtain.ts";
import { noEngine, TemporaryStack } from "../../temporaryStack.ts";
import { settingsWith } from "../userApps/runningApp.ts";

const folder = rehearsalFolder(path.join(repository, `.rehearsal-stateful-${process.pid}`));
const at = { name: "notes", namespace: "notes" };
const directory = { claim: "notes-data", board: "pi3-1", path: "/data/notes", size: "1Gi" };
let stack: TemporaryStack;

beforeEach(({ skip }) => skip(noEngine !== "", noEngine));
beforeAll(async () => {
  if (noEngine !== "") return;
  const { signal } = new AbortController();
  await startControlPlane(folder, await findTools(), signal);
  await putBoards(folder, planBoards(settingsWith("{}").boards), signal);
  stack = await TemporaryStack.create("stateful", /kubernetes:/);
}, 180_000);
afterAll(async () => {
  if (noEngine !== "") return;
  stack.remove();
  await stopControlPlane(folder, (await findTools()).kwokctl);
}, 120_000);

/** @param isOld whether its Service is the one by which others reach it, as it was once */
const program = (isOld: boolean) => () => {
  const provider = clusterProvider(output(readFileSync(folder.kubeconfig, "utf8")));
  const namespace = new core.v1.Namespace("namespace", { metadata: { name: at.namespace } }, { provider });
  const data = new DataVolume(
    "data",
    { ...directory, namespace: namespace.metadata.name },
    { providers: [provider] },
  );
  const opts = { provider, dependsOn: data };
  const workload: Workload = {
    ...at,
    kind: "StatefulSet",
    replicas: 1,
    pod: {
      containers: [
        { name: "notes", image: "notes:1.0", volumeMounts: [{ name: "data", mountPath: "/data" }] },
      ],
      volumes: [{ name: "data", persistentVolumeClaim: { claimName: claimName(directory) } }],
    },
  };
  if (!isOld) {
    registerWorkload("notes", workload, opts);
    return undefined;
  }
  const labels = labelsOf(at.name);
  const template = { metadata: { labels }, spec: workload.pod };
  const spec = { replicas: 1, selector: { matchLabels: labels }, template, serviceName: at.name };
  new apps.v1.StatefulSet("notes", { metadata: { ...at, labels }, spec }, opts);
  return undefined;
};

/** Everything of the app that must be the same afterwards, or another one, by its uid. */
async function found() {
  const config = connect(folder);
  const [sets, cluster] = [config.makeApiClient(AppsV1Api), config.makeApiClient(CoreV1Api)];
  const set = await sets.readNamespacedStatefulSet(at);
  const claims = await cluster.listNamespacedPersistentVolumeClaim(at);
  const volumes = await cluster.listPersistentVolume();
  const pods = await cluster.listNamespacedPod(at);
  const services = await cluster.listNamespacedService(at);
  return {
    set: set.metadata?.uid,
    governed: set.spec?.serviceName,
    data: [...claims.items, ...volumes.items].map(({ metadata }) => metadata?.uid),
    bound: claims.items.map(({ status }) => status?.phase),
    pods: pods.items.map(({ metadata, status }) => `${metadata?.name} ${status?.phase}`),
    services: services.items.map(({ metadata, spec }) => `${metadata?.name} ${spec?.clusterIP}`),
  };
}

it("it is replaced by a plain up, with its data, and its pod runs again", async () => {
  expect((await stack.up(program(true))).errors).toBe("");
  const before = await found();
  expect(before).toMatchObject({
    governed: "notes",
    bound: ["Bound"],
    pods: ["notes-0 Running"],
    services: [],
  });

  const { done, errors } = await stack.up(program(false));
  expect(errors).toBe("");
  expect(done.filter((each) => !each.endsWith(" notes"))).toEqual(["create notes-pods"]);
  expect(done.filter((each) => each.endsWith(" notes"))).toEqual([
    "delete-replaced notes",
    "replace notes",
    "create-replacement notes",
  ]);
  const after = await found();
  expect(after).toEqual({
    ...before,
    set: expect.not.stringMatching(before.set!) as unknown,
    governed: "notes-pods",
    services: ["notes-pods None"],
  });
  expect(await stack.up(program(false))).toEqual({ done: [], errors: "" });
}, 180_000);
