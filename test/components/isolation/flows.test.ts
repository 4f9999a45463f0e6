import { beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { planBoards } from "../../../components/board/board.ts";
import { bootstrapPhases } from "../../../components/board/phases.ts";
import { enforcerWorkload } from "../../../components/isolation/enforcerWorkload.ts";
import { restrictedContainer } from "../../../components/workload/security.ts";
import { bootstrapsOf } from "../../../settings/boards.ts";
import { settingsOf } from "../../../settings/settings.ts";
import type { StackConfig } from "../../../settings/stackFile.ts";
import { type Change, file, section, set } from "../../settings/files.ts";
import { rightApp } from "../../settings/wrongApps.ts";
import { type Registered, registeredBy } from "../registered.ts";
import { type End, isAllowed, policiesIn } from "./verdict.ts";

/** Apps of every kind: facing the internet with and without connections of their own, and in the LAN. */
const apps = {
  wiki: { ...rightApp(), access: "public", loginPaths: [], reaches: ["store"] },
  shop: {
    ...rightApp(),
    access: "login",
    volumes: {},
    reaches: ["lan", "internet"],
    board: "pi3-2",
    boardPorts: [{ port: 1883, protocol: "TCP" }],
  },
  store: { ...rightApp(), access: "none", volumes: {} },
  home: { ...rightApp(), access: "lan", volumes: {} },
};
const everything: Change = (config) => {
  section(config, "cluster").isolation = true;
  section(config, "ingress").login = { user: "me" };
  config["bramble:backup"] = { board: "pi3-1" };
  config["bramble:apps"] = apps;
  section(config, "sensors").board = "pi3-1";
};

function settingsWith(...changes: Change[]) {
  const text = file((config) => {
    for (const change of changes) change(config);
  });
  return settingsOf("home", (parse(text) as { config: StackConfig }).config, () => true);
}

async function registered(...changes: Change[]): Promise<Registered[]> {
  const settings = settingsWith(...changes);
  return registeredBy(async () => {
    const { partsOf } = await import("../../../settings/apps.ts");
    const { deployApps } = await import("../../../components/app/deployApps.ts");
    const { Provider } = await import("@pulumi/kubernetes");
    const parts = partsOf(settings, "home", planBoards(settings.boards));
    deployApps(parts, { provider: new Provider("cluster", {}), boards: [], cluster: [] });
  });
}

const pod = (namespace: string, name = namespace, label = "app.kubernetes.io/name"): End => ({
  namespace,
  labels: { [label]: name },
  address: `10.244.1.${namespace.length}`,
});
const ends = {
  traefik: pod("ingress", "traefik"),
  "traefik-backup": pod("ingress", "traefik-backup"),
  gogs: pod("gogs"),
  "gogs-backup": pod("gogs", "gogs-backup"),
  sensors: pod("sensors", "sensor-gateway"),
  wiki: pod("wiki"),
  "wiki-backup": pod("wiki", "wiki-backup"),
  shop: pod("shop"),
  store: pod("store"),
  home: pod("home"),
  agent: pod("datadog", "datadog-agent"),
  backups: pod("backup", "backup-server"),
  dns: pod("kube-system", "kube-dns", "k8s-app"),
  stranger: pod("others"),
  "the API server": { address: "192.168.1.10" },
  "another board": { address: "192.168.1.11" },
  "the LAN": { address: "192.168.1.77" },
  "the internet": { address: "203.0.113.9" },
} satisfies Record<string, End>;
type Name = keyof typeof ends;

let policies: ReturnType<typeof policiesIn>;
beforeAll(async () => {
  policies = policiesIn(await registered(everything));
}, 60_000);
const allowed = ([from, to, port]: readonly [Name, Name, string]) =>
  isAllowed(policies, [ends[from], ends[to]], port);

describe("with isolation", () => {
  it.each<[Name, Name, string]>([
    ["the internet", "traefik", "8443/TCP"],
    ["the internet", "traefik", "8022/TCP"],
    ["the LAN", "traefik", "8080/TCP"],
    ["traefik", "dns", "53/UDP"],
    ["traefik", "the API server", "6443/TCP"],
    ["traefik", "gogs", "3000/TCP"],
    ["traefik", "gogs", "2222/TCP"],
    ["traefik", "sensors", "8080/TCP"],
    ["traefik", "wiki", "8080/TCP"],
    ["traefik", "home", "8080/TCP"],
    ["traefik", "the internet", "443/TCP"],
    ["traefik", "the internet", "53/UDP"],
    ["traefik", "backups", "8000/TCP"],
    ["traefik-backup", "backups", "8000/TCP"],
    ["traefik-backup", "agent", "8125/UDP"],
    ["gogs", "dns", "53/TCP"],
    ["gogs", "the internet", "443/TCP"],
    ["gogs", "backups", "8000/TCP"],
    ["gogs-backup", "backups", "8000/TCP"],
    ["the LAN", "sensors", "8125/UDP"],
    ["sensors", "agent", "8125/UDP"],
    ["wiki", "store", "5432/TCP"],
    ["wiki-backup", "the API server", "6443/TCP"],
    ["shop", "the LAN", "1883/TCP"],
    ["shop", "the internet", "443/TCP"],
    ["the LAN", "shop", "1883/TCP"],
    ["home", "the LAN", "80/TCP"],
    ["home", "stranger", "80/TCP"],
  ])("%s reaches %s at %s", (...flow) => {
    expect(allowed(flow)).toBe(true);
  });

  it.each<[Name, Name, string]>([
    ["gogs", "the LAN", "22/TCP"],
    ["gogs", "another board", "10250/TCP"],
    ["gogs", "the API server", "6443/TCP"],
    ["gogs", "sensors", "8080/TCP"],
    ["gogs", "wiki", "8080/TCP"],
    ["gogs", "home", "8080/TCP"],
    ["gogs", "store", "5432/TCP"],
    ["gogs", "stranger", "80/TCP"],
    ["gogs", "agent", "8125/UDP"],
    ["gogs", "traefik", "8443/TCP"],
    ["gogs-backup", "the internet", "443/TCP"],
    ["gogs-backup", "the API server", "6443/TCP"],
    ["the LAN", "gogs", "3000/TCP"],
    ["stranger", "gogs", "3000/TCP"],
    ["stranger", "sensors", "8080/TCP"],
    ["stranger", "backups", "8000/TCP"],
    ["the LAN", "backups", "8000/TCP"],
    ["backups", "the internet", "443/TCP"],
    ["sensors", "dns", "53/UDP"],
    ["sensors", "the internet", "443/TCP"],
    ["sensors", "gogs", "3000/TCP"],
    ["traefik", "the LAN", "443/TCP"],
    ["traefik", "store", "5432/TCP"],
    ["traefik", "gogs", "22/TCP"],
    ["the internet", "traefik", "8082/TCP"],
    ["wiki", "the internet", "443/TCP"],
    ["wiki", "the LAN", "80/TCP"],
    ["wiki", "shop", "8080/TCP"],
    ["shop", "wiki", "8080/TCP"],
    ["shop", "stranger", "80/TCP"],
    ["shop", "gogs", "3000/TCP"],
  ])("%s does not reach %s at %s", (...flow) => {
    expect(allowed(flow)).toBe(false);
  });
});

it("closes every namespace that it names, in both directions, before it opens anything", () => {
  const closed = policies.filter(
    ([, spec]) => JSON.stringify(spec) === '{"podSelector":{},"policyTypes":["Ingress","Egress"]}',
  );
  const namespaces = [...new Set(policies.map(([namespace]) => namespace))];
  expect(closed.map(([namespace]) => namespace).sort()).toEqual(namespaces.sort());
  expect(namespaces).toEqual(["backup", "gogs", "ingress", "sensors", "shop", "wiki"]);
});

it("lets everybody ask the API server's port where its address is not known", async () => {
  const named = policiesIn(
    await registered(everything, (config) => {
      (config["bramble:boards"] as { host: string }[])[0]!.host = "pi4-1.lan";
    }),
  );
  const to = [ends.traefik, ends["another board"]] as const;
  expect([isAllowed(named, to, "6443/TCP"), isAllowed(named, to, "22/TCP")]).toEqual([true, false]);
});

it.each([
  ["without isolation", set("cluster", {}), [], 0],
  ["with another network", set("cluster", { isolation: true, network: "none" }), ["gogs"], 0],
  ["with flannel", set("cluster", { isolation: true }), ["gogs"], 1],
] as const)(
  "%s: which namespace has policies, and how many enforcers there are",
  async (_, change, some, enforcers) => {
    const all = await registered(change);
    const namespaces = policiesIn(all).map(([namespace]) => namespace);
    if (some.length === 0) expect(namespaces).toEqual([]);
    else expect(namespaces).toEqual(expect.arrayContaining([...some]));
    const found = all.filter(({ type, name }) => type.endsWith(":DaemonSet") && name.includes("enforcer"));
    expect(found).toHaveLength(enforcers);
  },
);

it("has an enforcer that reads what it enforces, and has one capability", () => {
  const { pod } = enforcerWorkload();
  expect(pod.containers.map(({ securityContext }) => securityContext)).toEqual([
    { ...restrictedContainer, capabilities: { drop: ["ALL"], add: ["NET_ADMIN"] } },
  ]);
  expect([pod.volumes, pod.initContainers]).toEqual([undefined, undefined]);
});

it.each([
  ["nothing that enforces", {}, "overlay br_netfilter nf_conntrack vxlan"],
  ["the enforcer", { isolation: true }, "overlay br_netfilter nf_conntrack vxlan nfnetlink_queue nft_queue"],
  ["another network", { isolation: true, network: "none" }, "overlay br_netfilter nf_conntrack"],
])("boards with %s have the kernel's modules for it", (_, cluster, modules) => {
  const settings = settingsWith(set("cluster", cluster));
  const boards = planBoards(settings.boards);
  const [bootstrap] = Object.values(bootstrapsOf(settings, boards, []));
  const scripts = bootstrapPhases(bootstrap!.plan).map(({ script }) => script);
  expect(scripts.some((script) => script.includes(`\nMODULES='${modules}'\n`))).toBe(true);
});
