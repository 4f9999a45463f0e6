import { expect, it } from "vitest";
import { planBoards } from "../../components/board/board.ts";
import { bootstrapsOf, clusterOf } from "../../settings/boards.ts";
import { loadsOf, partsOf } from "../../settings/apps.ts";
import { settingsOf } from "../../settings/settings.ts";
import { hostKeyOf } from "./files.ts";

const board = (name: string, more: object = {}) => ({
  name,
  model: "rpi-3b",
  role: "controlPlane",
  host: `${name}.lan`,
  hostKey: hostKeyOf(name.charCodeAt(0)),
  ...more,
});

function planned(cluster: object, boards: object[] = [board("a")], more: object = {}) {
  const config = {
    "bramble:boards": boards,
    "bramble:cluster": cluster,
    "bramble:domain": "home.example.com",
    ...more,
  };
  const settings = settingsOf("home", config, () => true);
  const plans = planBoards(settings.boards);
  const bootstraps = bootstrapsOf(settings, plans, loadsOf(partsOf(settings, "home", plans), plans));
  return { bootstraps, ...clusterOf(settings, plans, bootstraps) };
}

const bootstraps = (...args: Parameters<typeof planned>) => planned(...args).bootstraps;

it("gives each board its plan, its connection, and all boards' names", () => {
  const jump = { host: "door.example.com", user: "me", hostKey: hostKeyOf(0) };
  const { a, b } = bootstraps({}, [board("a"), board("b", { role: "worker", port: 2222, dead: true })], {
    "bramble:ssh": { jump },
  });
  expect(a).toMatchObject({
    plan: { board: "a", ram: 1024, capacity: 905, cores: 4, arch: "arm64" },
    connection: { host: "a.lan", port: 22, user: "pi", hostKey: hostKeyOf(97), jump },
    dead: false,
  });
  expect(b).toMatchObject({ connection: { port: 2222 }, dead: true });
  expect(b?.plan.boards).toEqual([
    { name: "a", host: "a.lan" },
    { name: "b", host: "b.lan" },
  ]);
});

it("tells each board which ports will be taken on it", () => {
  const ingress = { "bramble:ingress": { board: "b", certificates: "selfSigned" } };
  const { a, b } = bootstraps({}, [board("a"), board("b", { role: "worker" })], ingress);
  expect(a?.plan.ports).toEqual(expect.arrayContaining(["10250/tcp", "6443/tcp", "2379/tcp"]));
  expect(b?.plan.ports).toEqual(expect.arrayContaining(["10250/tcp", "80/tcp", "443/tcp"]));
  expect(a?.plan.ports).not.toContain("80/tcp");
  expect(b?.plan.ports).not.toContain("6443/tcp");
});

it("takes both packages from mirrors, or containerd from the operating system", () => {
  const mirror = { line: "deb [signed-by=%key%] http://mirror.lan/k8s/ /", key: "http://mirror.lan/key" };
  const mirrored = bootstraps({ kubernetesRepository: mirror, containerdRepository: mirror }).a?.plan
    .packages;
  expect(mirrored).toMatchObject({ kubernetesRepository: mirror, containerdRepository: mirror });
  const own = bootstraps({ version: "1.35.2", containerd: "containerd" }).a?.plan.packages;
  expect(own).toMatchObject({
    kubernetes: "1.35.2",
    containerd: "containerd",
    containerdRepository: undefined,
  });
  expect(own?.kubernetesRepository.line).toContain("/v1.35/deb/ /");
});

it("touches no board of a cluster that somebody else set up, and makes none", () => {
  expect(planned({ kubeconfig: "kubeconfig" })).toEqual({ bootstraps: {}, layout: undefined });
});

it("has the endpoint be a name that every board knows, by the control plane's address", () => {
  const boards = [board("a", { host: "192.168.1.10" }), board("b", { role: "worker" })];
  const { bootstraps, layout } = planned({}, boards);
  expect(layout?.endpoint).toBe("control-plane.bramble.internal:6443");
  const names = [{ name: "control-plane.bramble.internal", host: "192.168.1.10" }];
  expect([bootstraps.a?.plan.names, bootstraps.b?.plan.names]).toEqual([names, names]);
});

it.each([
  ["the control plane's own name", {}, {}, "a.lan:6443"],
  [
    "an address that the settings name",
    { controlPlaneEndpoint: "192.168.1.10" },
    { host: "192.168.1.10" },
    "192.168.1.10:6443",
  ],
  ["a load balancer", { controlPlaneEndpoint: "api.lan:7443" }, { host: "192.168.1.10" }, "api.lan:7443"],
])("keeps %s as the endpoint, and writes no other name", (_, cluster, more, endpoint) => {
  const { bootstraps, layout } = planned(cluster, [board("a", more)]);
  expect(layout?.endpoint).toBe(endpoint);
  expect(bootstraps.a?.plan.names).toEqual([]);
});

it("gives the endpoint's name every control plane that is not dead, in any order of the list", () => {
  const at = (name: string, last: number, more: object = {}) =>
    board(name, { host: `192.168.1.${last}`, ...more });
  const { bootstraps } = planned({ controlPlaneEndpoint: "control-plane.bramble.internal" }, [
    at("c", 12),
    at("b", 11, { dead: true }),
    at("a", 10),
    at("w", 13, { role: "worker" }),
  ]);
  expect(bootstraps.w?.plan.names?.map(({ host }) => host)).toEqual(["192.168.1.10", "192.168.1.12"]);
});

const home = {
  "bramble:storage": { board: "b" },
  "bramble:ingress": { board: "b", acme: { email: "me@example.com", challenge: "http01" } },
  "bramble:gogs": {},
  "bramble:backup": { board: "c" },
};
const three = (disk?: object) => [
  board("a"),
  board("b", { role: "worker", disk }),
  board("c", { role: "worker", disk }),
];
const pathsOf = (all: ReturnType<typeof bootstraps>) =>
  Object.values(all).map(({ plan }) =>
    (plan.folders ?? []).map(({ path, owner }) => `${owner} ${path}`).sort(),
  );

it("tells each board the directories of the apps' data on it, and its backups'", () => {
  expect(pathsOf(bootstraps({}, three(), home))).toEqual([
    [],
    ["1000 /var/lib/bramble/gogs", "65532 /var/lib/bramble/traefik"],
    ["1000 /var/lib/bramble-backups"],
  ]);
  const nfs = { server: "nas.lan", path: "/srv" };
  const onServer = {
    ...home,
    "bramble:storage": { nfs },
    "bramble:gogs": { volume: "nfs" },
    "bramble:backup": { nfs },
  };
  expect(pathsOf(bootstraps({}, three(), onServer))).toEqual([[], ["65532 /var/lib/bramble/traefik"], []]);
});

it("has them on a board's disk where that is for data, and where the settings say", () => {
  expect(pathsOf(bootstraps({}, three({ id: "usb-x" }), home))).toEqual([
    [],
    ["1000 /var/lib/bramble-disk/data/gogs", "65532 /var/lib/bramble-disk/data/traefik"],
    ["1000 /var/lib/bramble-disk/backups"],
  ]);
  expect(pathsOf(bootstraps({}, three({ id: "usb-x", for: ["images"] }), home))[2]).toEqual([
    "1000 /var/lib/bramble-backups",
  ]);
  const elsewhere = { ...home, "bramble:storage": { board: "b", directory: "/srv" } };
  expect(pathsOf(bootstraps({}, three(), elsewhere))[1]).toEqual(["1000 /srv/gogs", "65532 /srv/traefik"]);
});

it.each<[string, object, string[], string[]]>([
  ["never", {}, ["c"], []],
  ["all but the only control plane", { reboot: "up" }, ["c"], ["w"]],
  ["all, told so by name", { reboot: "up", rebootOnlyControlPlane: true }, ["c"], ["c", "w"]],
  ["all but two control planes, of which etcd needs both", { reboot: "up" }, ["c", "d"], ["w"]],
  ["all of three", { reboot: "up" }, ["c", "d", "e"], ["c", "d", "e", "w"]],
])("reboots %s", (_, systemUpdates, controlPlanes, expected) => {
  const boards = [...controlPlanes.map((name) => board(name)), board("w", { role: "worker" })];
  expect(planned({ systemUpdates, controlPlaneEndpoint: "api.lan" }, boards).rebooted).toEqual(expected);
});

it("does not count a dead control plane for etcd's majority", () => {
  const boards = [board("c"), board("d"), board("e", { dead: true })];
  const systemUpdates = { reboot: "up" };
  expect(planned({ systemUpdates, controlPlaneEndpoint: "api.lan" }, boards).rebooted).toEqual([]);
});

it("has each board install what the settings say, when they say", () => {
  const systemUpdates = { install: "all", window: "04:00-06:00" };
  expect(bootstraps({ systemUpdates }).a?.plan.updates).toEqual(systemUpdates);
  expect(bootstraps({}).a?.plan.updates).toEqual({ install: "security", window: "01:00-03:00" });
});
