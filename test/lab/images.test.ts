import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { planBoards } from "../../components/board/board.ts";
import { updaterImage } from "../../components/dns/images.ts";
import { gogsImage } from "../../components/gogs/images.ts";
import { clusterImages } from "../../lab/images/build.ts";
import { imagesOf } from "../../lab/images/catalogue.ts";
import { inRegistry } from "../../lab/images/imageRecipe.ts";
import { appsWithoutImage } from "../../lab/images/optionalImages.ts";
import { currentBuild, nextPatchBuild, previousMinorBuild } from "../../lab/kubernetesBuild.ts";
import { loadsOf, partsOf } from "../../settings/apps.ts";
import { settingsOfFile } from "../../settings/settings.ts";

const variables = { gogs: "BRAMBLE_GOGS", ddns: "BRAMBLE_CLOUDFLARE_DDNS" } as const;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "programs-"));
  // Whatever this machine has.
  for (const name of ["gogs", "ddns"] as const) vi.stubEnv(variables[name], path.join(folder, name));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** Puts a program where its variable says that it is. */
function put(name: keyof typeof variables, content: string, mode = 0o755): void {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  chmodSync(file, mode);
}

/** The images that home's containers have, and the lab has not. */
function missingOfHome(): string[] {
  const there = new Set(imagesOf(currentBuild).map(({ name }) => name));
  const { settings } = settingsOfFile("rehearsal");
  const boards = planBoards(settings.boards);
  const images = loadsOf(partsOf(settings, "rehearsal", boards), boards).flatMap(({ pod }) =>
    [...(pod.initContainers ?? []), ...pod.containers].flatMap(({ image }) => image ?? []),
  );
  expect(images).toContain(gogsImage);
  // Of kubeadm's own the budget knows no tag.
  const tagged = [...new Set(images)].filter((image) => image.includes(":"));
  return tagged.filter((image) => !there.has(inRegistry(image))).sort();
}

it("are there for every container of home but those of apps that are left out by name", () => {
  expect(missingOfHome()).toEqual([updaterImage, gogsImage].sort());
  expect(appsWithoutImage()).toMatchObject([
    { app: "gogs", image: gogsImage, reason: `BRAMBLE_GOGS is ${path.join(folder, "gogs")}, no program` },
    { app: "dns", image: updaterImage },
    { app: "headlamp" },
  ]);
});

it("are there for all of home where its optional programs are", () => {
  put("gogs", "gogs");
  put("ddns", "ddns");
  expect(missingOfHome()).toEqual([]);
  expect(appsWithoutImage().map(({ app }) => app)).toEqual(["headlamp"]);
});

it("leave an app out whose program can't be run", () => {
  put("gogs", "gogs", 0o644);
  put("ddns", "ddns");
  expect(missingOfHome()).toEqual([gogsImage]);
});

it("take an optional program from PATH if no variable names it", () => {
  put("gogs", "gogs");
  vi.stubEnv("BRAMBLE_GOGS", undefined);
  vi.stubEnv("PATH", "/nowhere");
  expect(appsWithoutImage()).toContainEqual(
    expect.objectContaining({ app: "gogs", reason: "no gogs on PATH, nor in BRAMBLE_GOGS" }),
  );
  vi.stubEnv("PATH", `/nowhere:${folder}`);
  expect(appsWithoutImage().map(({ app }) => app)).not.toContain("gogs");
});

it("are built anew with another optional program, and not otherwise", () => {
  const without = clusterImages(currentBuild).ingredients;
  put("gogs", "one");
  const one = clusterImages(currentBuild).ingredients;
  expect(clusterImages(currentBuild).ingredients).toEqual(one);
  put("gogs", "other");
  expect(clusterImages(currentBuild).ingredients).not.toEqual(one);
  expect(one).not.toEqual(without);
});

it("have each name once, and of another version only what the current one has not", () => {
  put("gogs", "gogs");
  put("ddns", "ddns");
  const names = imagesOf(currentBuild).map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const other of [nextPatchBuild, previousMinorBuild]) {
    const [, wanted = ""] = clusterImages(other).ingredients;
    expect(wanted).toContain(`kube-proxy:v${other.version}`);
    for (const image of ["traefik", "node", "gogs"]) expect(wanted).not.toContain(image);
  }
});
