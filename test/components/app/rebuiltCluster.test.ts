// Objects of apps in Pulumi's real engine, with its own provider, while their cluster is built again.
import { core } from "@pulumi/kubernetes";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import { RandomId, RandomPassword } from "@pulumi/random";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { AppPart, Stage } from "../../../components/app/app.ts";
import { deployApps } from "../../../components/app/deployApps.ts";
import { clusterProvider } from "../../../components/kubeadm/provider.ts";
import { registerNamespace } from "../../../components/workload/namespace.ts";
import { noEngine, TemporaryStack } from "../../temporaryStack.ts";
import { ClusterApi } from "./clusterApi.ts";

/** A namespace, what is in it, and a password that is to stay. */
class Part extends ComponentResource {
  constructor(name: string, opts: ComponentResourceOptions) {
    super("test:app:Part", name, {}, opts);
    const parent = { parent: this };
    const namespace = registerNamespace(`${name}-namespace`, name, "restricted", parent).metadata.name;
    const password = new RandomPassword(`${name}-password`, { length: 8 }, parent).result;
    new core.v1.ConfigMap(`${name}-files`, { metadata: { name, namespace }, data: { word: "some" } }, parent);
    new core.v1.Secret(`${name}-secret`, { metadata: { name, namespace }, stringData: { password } }, parent);
    this.registerOutputs();
  }
}

const partOf = (name: string, stage: Stage): AppPart => ({
  name,
  stage,
  register: (as, { opts }) => ({ resource: new Part(as, opts) }),
});
const parts = [partOf("network", "foundation"), partOf("page", "app")];
const objects = parts.flatMap(({ name }) => [`${name}-files`, `${name}-namespace`, `${name}-secret`]);
const paths = parts.flatMap(({ name }) => {
  const namespace = `/api/v1/namespaces/${name}`;
  return [namespace, `${namespace}/configmaps/${name}`, `${namespace}/secrets/${name}`];
});

let stack: TemporaryStack;
const clusters: Record<string, ClusterApi> = {};

/** @param isTied whether the objects follow the cluster's identity */
const program =
  (cluster: string, isTied = true) =>
  () => {
    // As of a cluster that is made: a preview knows neither its kubeconfig nor its identity.
    const made = new RandomId("cluster", { byteLength: 8, keepers: { cluster } });
    const provider = clusterProvider(made.hex.apply(() => clusters[cluster]!.kubeconfig));
    const identity = isTied ? made.hex : undefined;
    deployApps(parts, { provider, boards: [], cluster: [made], identity });
    return undefined;
  };
const up = async (...args: Parameters<typeof program>) => {
  const { done, errors } = await stack.up(program(...args));
  expect(errors).toBe("");
  return done;
};
const requests = (cluster: string) => clusters[cluster]!.requests.splice(0);
/** Operations on what is in the cluster. */
const inCluster = (done: readonly string[]) =>
  done.filter((each) => objects.includes(each.split(" ")[1] ?? ""));

beforeEach(({ skip }) => skip(noEngine !== "", noEngine));
beforeAll(async () => {
  if (noEngine !== "") return;
  for (const name of ["a", "b", "c", "d"]) clusters[name] = await ClusterApi.start();
  stack = await TemporaryStack.create("rebuilt", /kubernetes:|random:/);
});
afterAll(() => {
  if (noEngine !== "") return;
  stack.remove();
  for (const cluster of Object.values(clusters)) cluster.close();
});

it("without an identity, they are tied to nothing", async () => {
  const done = await up("a", false);
  expect(inCluster(done).toSorted()).toEqual(objects.map((object) => `create ${object}`));
  expect(clusters.a!.objects).toEqual(paths);
  expect(stack.state).not.toContain("replacementTrigger");
}, 120_000);

it("with one, nothing changes while it is the same", async () => {
  requests("a");
  expect(await up("a")).toEqual([]);
  expect(stack.state).toContain("replacementTrigger");
  expect(await up("a")).toEqual([]);
  expect(requests("a")).toEqual([]);
}, 120_000);

it("they are created in the new cluster, which has none of them, and nothing else is replaced", async () => {
  const { done: planned, errors } = await stack.preview(program("b"));
  expect(errors).toBe("");
  expect(inCluster(planned).toSorted()).toEqual(objects.map((object) => `update ${object}`));
  const done = await up("b");
  for (const object of objects) {
    const own = done.filter((each) => each.endsWith(` ${object}`));
    expect(own).toEqual([`delete-replaced ${object}`, `replace ${object}`, `create-replacement ${object}`]);
  }
  // The cluster itself, and how it is reached; no password.
  const others = done.filter((each) => !each.endsWith(" cluster") && inCluster([each]).length === 0);
  expect(others).toEqual(["update kubernetes"]);
  expect(requests("b").toSorted()).toEqual(
    [
      ...paths.map((path) => `DELETE ${path} 404`),
      ...paths.map((path) => `POST ${path.replace(/\/[^/]+$/, "")} 201`),
    ].toSorted(),
  );
  expect(clusters.b!.objects).toEqual(paths);
  expect(requests("a")).toEqual([]);
}, 120_000);

it("an API server that takes longer than usual to describe itself is waited for", async () => {
  // The provider's own limit is 32 s.
  clusters.d!.reflection = 34_000;
  await up("d");
  expect(clusters.d!.objects).toEqual(paths);
}, 240_000);

it("without an identity again, they are taken for those of whatever cluster is there", async () => {
  expect(inCluster(await up("c", false))).toEqual([]);
  expect(requests("c")).toEqual([]);
  expect(stack.state).not.toContain("replacementTrigger");
}, 120_000);
