import { expect, it } from "vitest";
import { planBoards } from "../../components/board/board.ts";
import { requireFit } from "../../components/capacity/memoryBudget.ts";
import { imagesOf } from "../../lab/images/catalogue.ts";
import { inRegistry } from "../../lab/images/imageRecipe.ts";
import { currentBuild } from "../../lab/kubernetesBuild.ts";
import { labSettings, type LabSize } from "../../lab/settings.ts";
import { loadsOf, partsOf } from "../../settings/apps.ts";
import { settingsOf } from "../../settings/settings.ts";
import { hostKeyOf } from "../settings/files.ts";

/** Where a lab of this size has its apps and its disks. */
function places(size: LabSize) {
  const { boards, ingress, backup } = labSettings(size);
  const disks = boards.flatMap(({ name, disk }) => (disk === undefined ? [] : [name]));
  return { ingress: ingress?.board, backup: backup?.board, disks };
}

/** What runs on a lab of this size, by the program that deploys it. */
function loads(size: LabSize) {
  const own = labSettings(size);
  own.boards.forEach((board, i) => (board.hostKey = hostKeyOf(i)));
  own.cluster.controlPlaneEndpoint = "10.77.0.1";
  const config = Object.fromEntries(Object.entries(own).map(([key, value]) => [`bramble:${key}`, value]));
  const settings = settingsOf("lab", config, () => true);
  const boards = planBoards(settings.boards);
  return { boards, loads: loadsOf(partsOf(settings, "lab", boards), boards) };
}

const sizes: [string, LabSize, ReturnType<typeof places>][] = [
  ["two boards", {}, { ingress: "lab-2", backup: "lab-2", disks: ["lab-2"] }],
  ["three boards", { boards: 3 }, { ingress: "lab-2", backup: "lab-3", disks: ["lab-3"] }],
  ["one board", { boards: 1 }, { ingress: undefined, backup: undefined, disks: [] }],
  [
    "two control planes of three",
    { boards: 3, controlPlanes: 2 },
    { ingress: "lab-3", backup: "lab-3", disks: ["lab-3"] },
  ],
  [
    "three control planes",
    { boards: 3, controlPlanes: 3 },
    { ingress: "lab-1", backup: "lab-3", disks: ["lab-3"] },
  ],
  ["a board for arm64", { arm64: true }, { ingress: undefined, backup: undefined, disks: [] }],
  ["no apps", { apps: false }, { ingress: undefined, backup: undefined, disks: [] }],
];

it.each(sizes)("of %s puts the apps where they may be", (_, size, wanted) => {
  expect(places(size)).toEqual(wanted);
});

it.each(sizes)("of %s are taken by the program, and fit the boards", (_, size) => {
  const { boards, loads: planned } = loads(size);
  expect(() => requireFit(boards, planned)).not.toThrow();
});

it("has an image for each container that the program deploys", () => {
  const there = new Set(imagesOf(currentBuild).map(({ name }) => name));
  const wanted = loads({}).loads.flatMap(({ pod }) =>
    [...(pod.initContainers ?? []), ...pod.containers].flatMap(({ image }) => image ?? []),
  );
  expect(wanted).toContain("traefik:v3.7.18");
  // Of kubeadm's own the budget knows no tag.
  const tagged = [...new Set(wanted)].filter((image) => image.includes(":"));
  expect(tagged.filter((image) => !there.has(inRegistry(image)))).toEqual([]);
});

it.each([2, 3])("with a board for arm64 has it as the last of %i, and no other", (count) => {
  const { boards } = labSettings({ boards: count, arm64: true });
  const others = Array.from({ length: count - 1 }, () => "amd64");
  expect(boards.map(({ arch }) => arch)).toEqual([...others, "arm64"]);
  expect(boards.at(-1)).toMatchObject({ role: "worker", ram: 1024, cores: 1 });
  expect(labSettings({ boards: count }).boards.map(({ arch }) => arch)).not.toContain("arm64");
});

it.each([
  ["registry.k8s.io/coredns/coredns:v1", "coredns/coredns:v1"],
  ["registry.k8s.io/pause:3", "pause:3"],
  ["traefik:v3", "library/traefik:v3"],
  ["restic/restic:0.20.0", "restic/restic:0.20.0"],
])("asks a registry for %s by %s", (image, name) => {
  expect(inRegistry(image)).toBe(name);
});
