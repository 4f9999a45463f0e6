import { expect, it } from "vitest";
import { planBoards } from "../../components/board/board.ts";
import { bootstrapsOf } from "../../settings/boards.ts";
import { loadsOf, partsOf } from "../../settings/apps.ts";
import { settingsOf } from "../../settings/settings.ts";
import { hostKeyOf } from "./files.ts";

const board = (name: string, more: object = {}) => ({
  name,
  model: "rpi-3b",
  role: "controlPlane",
  host: `${name}.lan`,
  user: "pi",
  hostKey: hostKeyOf(name.charCodeAt(0)),
  ...more,
});

function bootstraps(cluster: object, boards: object[] = [board("a")], more: object = {}) {
  const config = {
    "bramble:boards": boards,
    "bramble:cluster": { bootstrap: true, ...cluster },
    "bramble:domain": "home.example.com",
    ...more,
  };
  const settings = settingsOf("home", config, () => true);
  const planned = planBoards(settings.boards);
  return bootstrapsOf(settings, planned, loadsOf(partsOf(settings, "home", planned), planned));
}

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

it("touches no board of a cluster that somebody else set up", () => {
  expect(bootstraps({ bootstrap: false, kubeconfig: "kubeconfig" })).toEqual({});
});
