import { runtime } from "@pulumi/pulumi";
import { expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { memoryPlan } from "../../../components/board/memoryPlan.ts";
import type { ClusterLayout, ClusterNode } from "../../../components/cluster/clusterSteps.ts";
import { allowHooks, authorityHash, layout, outputsOf } from "./madeCluster.ts";

interface Step {
  readonly host: string;
  readonly script: string;
  readonly isSecret: boolean;
}

const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";

/** The steps of a cluster by name, in the order of their registration. */
async function stepsOf(
  changed: ClusterLayout,
  onCluster: (inputs: Record<string, unknown>) => void = () => undefined,
): Promise<Map<string, Step>> {
  const steps = new Map<string, Step>();
  await runtime.setMocks({
    call: () => ({}),
    newResource: ({ type, name, inputs }) => {
      if (type === "bramble:cluster:KubeadmCluster") onCluster(inputs as Record<string, unknown>);
      if (type === "command:remote:Command") {
        const { connection, stdin } = inputs as { connection: unknown; stdin: unknown };
        const { host } = runtime.unwrapRpcSecret(connection) as { host: string };
        const script = runtime.unwrapRpcSecret(stdin) as string;
        steps.set(name, { host, script, isSecret: runtime.isRpcSecret(stdin) });
      }
      return { id: name, state: { ...(inputs as object), ...outputsOf(type, name) } };
    },
  });
  allowHooks();
  const { KubeadmCluster } = await import("../../../components/cluster/kubeadmCluster.ts");
  const access = changed.nodes.map(
    ({ name, host }) => [name, { connection: { host, user: "pi", hostKey } }] as const,
  );
  new KubeadmCluster("cluster", { layout: changed, access: Object.fromEntries(access), ready: {} });
  await runtime.disconnect();
  return steps;
}

/** Names of the steps whose scripts differ from those of the unchanged cluster. */
async function stepsThatChange(changes: Partial<ClusterLayout>): Promise<string[]> {
  const before = await stepsOf(layout);
  const after = await stepsOf({ ...layout, ...changes });
  return [...after].filter(([name, { script }]) => before.get(name)?.script !== script).map(([name]) => name);
}

const withNode = (name: string, changes: Partial<ClusterNode>): Partial<ClusterLayout> => ({
  nodes: layout.nodes.map((node) => (node.name === name ? { ...node, ...changes } : node)),
});

it("begins with the control plane, which lets each worker in while that joins", async () => {
  const steps = await stepsOf(layout);
  const onFirst = [...steps].filter(([, { host }]) => host === "192.168.1.2").map(([name]) => name);
  expect(onFirst).toEqual(
    expect.arrayContaining(["cp-control-plane", "one-admission", "one-drain", "one-in-service"]),
  );
  const onOne = [...steps].filter(([, { host }]) => host === "192.168.1.3").map(([name]) => name);
  expect(onOne.toSorted()).toEqual(["one-join", "one-kubelet", "one-snapshot-store", "one-upgrade"]);
  expect(steps.has("cp-join")).toBe(false);
});

it("pins the cluster's authority, and keeps tokens secret and out of what others read", async () => {
  const steps = await stepsOf(layout);
  expect(steps.get("one-join")?.script).toContain(authorityHash);
  const withToken = [...steps].filter(([, { script }]) => script.includes("abcdef.0123456789abcdef"));
  expect(withToken.map(([name]) => name).toSorted()).toEqual([
    "one-admission",
    "one-join",
    "other-admission",
    "other-join",
  ]);
  expect(withToken.every(([, { isSecret }]) => isSecret)).toBe(true);
  expect(steps.get("one-join")?.script).not.toContain("1".repeat(64));
});

it.each<[string, Partial<ClusterLayout>, string[]]>([
  ["a worker's plan", withNode("one", { memory: memoryPlan(800) }), ["one-kubelet"]],
  ["a worker's labels", withNode("one", { labels: { disk: "ssd" } }), ["one-in-service"]],
  [
    "a worker's taints",
    withNode("one", { taints: [{ key: "slow", effect: "NoSchedule" }] }),
    ["one-in-service"],
  ],
  [
    "the control plane's plan",
    withNode("cp", { memory: memoryPlan(3800) }),
    ["cp-kubelet", "cp-control-plane"],
  ],
])("a change of %s concerns only what it is about", async (_, changes, concerned) => {
  expect(await stepsThatChange(changes)).toEqual(concerned);
});

it("another version concerns the control plane, then each board: drained, brought to it, put back", async () => {
  const steps = ["cp", "one", "other"].flatMap((board) =>
    ["drain", "upgrade", "in-service"].map((step) => `${board}-${step}`),
  );
  const changed = await stepsThatChange({ version: "1.36.4" });
  expect(changed.toSorted()).toEqual(["cp-control-plane", ...steps].toSorted());
  expect(changed.filter((step) => step.endsWith("-upgrade"))).toEqual([
    "cp-upgrade",
    "one-upgrade",
    "other-upgrade",
  ]);
});

it("etcd's members join one after the other, with the certificates' key", async () => {
  const steps = await stepsOf({ ...layout, ...withNode("one", { role: "controlPlane", takesApps: false }) });
  expect(steps.get("one-join")?.script).toContain("1".repeat(64));
  expect(steps.get("other-join")?.script).not.toContain("1".repeat(64));
});

it("shows policies the documents with which the control plane is made", async () => {
  let shown: unknown;
  const steps = await stepsOf(layout, (inputs) => (shown = inputs.kubeadm));
  expect(shown).toEqual([
    expect.objectContaining({ kind: "InitConfiguration" }),
    expect.objectContaining({ kind: "ClusterConfiguration", scheduler: expect.anything() as unknown }),
    expect.objectContaining({ kind: "KubeProxyConfiguration" }),
  ]);
  const [, text = ""] = /^KUBEADM='([^']*)'$/m.exec(steps.get("cp-control-plane")?.script ?? "") ?? [];
  expect(parseAllDocuments(text).map((each) => each.toJS() as unknown)).toEqual(shown);
});
