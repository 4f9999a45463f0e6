import { output } from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import type { ClusterLayout, ClusterNode } from "../../../components/kubeadm/clusterLayout.ts";
import type { KubeadmClusterArgs } from "../../../components/kubeadm/kubeadmCluster.ts";
import { authorityHash, registeredBy } from "../registered.ts";
import { layout, plannedFor } from "./madeCluster.ts";

interface Step {
  readonly host: string;
  readonly script: string;
  readonly isSecret: boolean;
}

const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";

/**
 * The steps of a cluster by name, in the order of their registration.
 *
 * @param order the roster's
 */
async function stepsOf(
  changed: ClusterLayout,
  order = changed.nodes.map(({ name }) => name),
  onCluster: (inputs: Record<string, unknown>) => void = () => undefined,
  dead: readonly string[] = [],
  more: Partial<KubeadmClusterArgs> = {},
): Promise<Map<string, Step>> {
  const registered = await registeredBy(async () => {
    const { KubeadmCluster } = await import("../../../components/kubeadm/kubeadmCluster.ts");
    const access = changed.nodes.map(
      ({ name, host }) =>
        [name, { connection: { host, user: "pi", hostKey }, dead: dead.includes(name) }] as const,
    );
    new KubeadmCluster("cluster", {
      layout: changed,
      access: Object.fromEntries(access),
      ready: {},
      order: output(order),
      ...more,
    });
  });
  const steps = new Map<string, Step>();
  for (const { type, name, inputs, secrets } of registered) {
    if (type === "bramble:cluster:KubeadmCluster") onCluster(inputs);
    if (type !== "command:remote:Command") continue;
    const { host } = inputs.connection as { host: string };
    steps.set(name, { host, script: inputs.stdin as string, isSecret: secrets.includes("stdin") });
  }
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
  expect(onOne.toSorted()).toEqual([
    "cluster-snapshot-store",
    "one-join",
    "one-kubelet",
    "one-restart",
    "one-upgrade",
  ]);
  expect(steps.has("cp-join")).toBe(false);
});

it("pins the cluster's authority, and keeps tokens secret and out of what others read", async () => {
  const steps = await stepsOf(layout);
  expect(steps.get("one-join")?.script).toContain(authorityHash);
  const withToken = [...steps].filter(([, { script }]) => script.includes("abcdef.0123456789abcdef"));
  expect(withToken.map(([name]) => name).toSorted()).toEqual([
    "cp-admission",
    "one-admission",
    "one-join",
    "other-admission",
    "other-join",
  ]);
  expect(withToken.every(([, { isSecret }]) => isSecret)).toBe(true);
  expect(steps.get("one-join")?.script).not.toContain("1".repeat(64));
});

it.each<[string, Partial<ClusterLayout>, string[]]>([
  ["a worker's plan", withNode("one", plannedFor(800)), ["one-kubelet"]],
  ["a worker's labels", withNode("one", { labels: { disk: "ssd" } }), ["one-in-service"]],
  [
    "a worker's taints",
    withNode("one", { taints: [{ key: "slow", effect: "NoSchedule" }] }),
    ["one-in-service"],
  ],
  ["a worker's address", withNode("other", { host: "192.168.1.9" }), ["cp-control-plane", "other-join"]],
  ["the control plane's plan", withNode("cp", plannedFor(3800)), ["cp-kubelet", "cp-control-plane"]],
])("a change of %s concerns only what it is about", async (_, changes, concerned) => {
  expect(await stepsThatChange(changes)).toEqual(concerned);
});

it("tells the leader of every other board that is not dead, whatever it is reached by", async () => {
  const named = { ...layout, ...withNode("other", { host: "other.lan" }) };
  const script = (await stepsOf(named)).get("cp-control-plane")?.script;
  expect(script).toMatch(/^NODES='one=192\.168\.1\.3 other=other\.lan'$/m);
  const without = (await stepsOf(named, ["cp", "other"], undefined, ["one"])).get("cp-control-plane")?.script;
  expect(without).toMatch(/^NODES='other=other\.lan'$/m);
});

it("another version concerns the control plane, then each board: drained, brought to it, put back", async () => {
  const steps = ["cp", "one", "other"].flatMap((board) =>
    ["drain", "upgrade", "restart", "in-service"].map((step) => `${board}-${step}`),
  );
  const changed = await stepsThatChange({ version: "1.36.4" });
  expect(changed.toSorted()).toEqual(["cp-control-plane", ...steps].toSorted());
  expect(changed.filter((step) => step.endsWith("-upgrade"))).toEqual([
    "cp-upgrade",
    "one-upgrade",
    "other-upgrade",
  ]);
});

it("reboots the boards that it is told, and no others", async () => {
  const steps = await stepsOf(layout, undefined, undefined, [], { rebooted: ["one"] });
  const allowed = [...steps].flatMap(([name, { script }]) => (/^REBOOT='1'$/m.test(script) ? [name] : []));
  expect(allowed.toSorted()).toEqual(["one-drain", "one-in-service", "one-restart"]);
  const none = [...(await stepsOf(layout)).values()].filter(({ script }) => /^REBOOT='1'$/m.test(script));
  expect(none).toEqual([]);
});

it("takes boards in the turns that it is told, workers after control planes", async () => {
  const drained = async (turns?: string[]) =>
    [...(await stepsOf(layout, undefined, undefined, [], { turns })).keys()].filter((name) =>
      name.endsWith("-drain"),
    );
  expect(await drained()).toEqual(["cp-drain", "one-drain", "other-drain"]);
  expect(await drained(["other", "one", "cp"])).toEqual(["cp-drain", "other-drain", "one-drain"]);
  expect(await drained(["other"])).toEqual(["cp-drain", "other-drain", "one-drain"]);
});

it("etcd's members join one after the other, with the certificates' key", async () => {
  const steps = await stepsOf({ ...layout, ...withNode("one", { role: "controlPlane", takesApps: false }) });
  expect(steps.get("one-control-plane")?.script).toContain("1".repeat(64));
  expect(steps.get("other-join")?.script).not.toContain("1".repeat(64));
});

describe("three control planes", () => {
  const three: ClusterLayout = {
    ...layout,
    nodes: ["a", "b", "c"]
      .map((name, i) => ({
        ...layout.nodes[0]!,
        name,
        host: `192.168.2.${i + 1}`,
        hostKey: `ssh-ed25519 ${name}`,
      }))
      .concat(layout.nodes.filter(({ role }) => role === "worker")),
  };
  const workers = ["one", "other"];
  const does = (steps: Map<string, Step>, name: string) => steps.get(name)?.script ?? "";

  it("has the one that was there for longest make the cluster, wherever the list has it", async () => {
    const steps = await stepsOf(three, ["b", "a", "c", ...workers]);
    expect(does(steps, "b-control-plane")).toContain("kind: ClusterConfiguration");
    for (const joins of ["a-control-plane", "c-control-plane"]) {
      expect(does(steps, joins)).toContain("kind: JoinConfiguration");
      expect(does(steps, joins)).not.toContain("kind: ClusterConfiguration");
    }
    expect(steps.get("cluster-credentials")?.host).toBe("192.168.2.2");
    expect(does(steps, "b-control-plane")).toMatch(/^OTHERS='a=192\.168\.2\.1 c=192\.168\.2\.3'$/m);
    expect(does(steps, "b-control-plane")).toMatch(/^NODES='a=\S+ c=\S+ one=\S+ other=\S+'$/m);
  });

  it("has what concerns a board done by another control plane than itself", async () => {
    const steps = await stepsOf(three, ["b", "a", "c", ...workers]);
    for (const step of ["membership", "admission", "drain", "in-service"]) {
      expect(steps.get(`b-${step}`)?.host).toBe("192.168.2.1");
      expect(steps.get(`a-${step}`)?.host).toBe("192.168.2.2");
      expect(steps.get(`one-${step}`)?.host).toBe("192.168.2.2");
    }
  });

  it("has the same steps whoever leads, and whatever the order of the settings", async () => {
    const names = async (order: string[]) => [...(await stepsOf(three, order)).keys()].toSorted();
    const usual = await names(["a", "b", "c", ...workers]);
    expect(await names(["c", "b", "a", ...workers])).toEqual(usual);
    // Dead: what is done on it is kept as it was.
    expect(await names(["b", "c", ...workers])).toEqual(usual);
  });

  it("stores the snapshots of the leader alone, with keys of all", async () => {
    const steps = await stepsOf(three, ["b", "a", "c", ...workers]);
    expect(does(steps, "b-maintenance")).toContain("STORE='bramble-store@192.168.1.3'");
    expect(does(steps, "a-maintenance")).toContain("STORE=''");
    expect(steps.get("cluster-snapshot-store")?.host).toBe("192.168.1.3");
    expect(["a", "b", "c"].every((name) => steps.has(`${name}-snapshot-key`))).toBe(true);
  });

  it("has no leader once all of them are dead", async () => {
    await expect(stepsOf(three, workers, undefined, ["a", "b", "c"])).rejects.toThrow(
      /no control plane that is not dead/,
    );
  });
});

it("shows policies the documents with which the control plane is made", async () => {
  let shown: unknown;
  const steps = await stepsOf(layout, undefined, (inputs) => (shown = inputs.kubeadm));
  expect(shown).toEqual([
    expect.objectContaining({ kind: "InitConfiguration" }),
    expect.objectContaining({ kind: "ClusterConfiguration", scheduler: expect.anything() as unknown }),
    expect.objectContaining({ kind: "KubeProxyConfiguration" }),
  ]);
  const [, text = ""] = /^KUBEADM='([^']*)'$/m.exec(steps.get("cp-control-plane")?.script ?? "") ?? [];
  expect(parseAllDocuments(text).map((each) => each.toJS() as unknown)).toEqual(shown);
});
