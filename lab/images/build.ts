// Builds the images of a cluster, for boards that reach no registry.
import { readFileSync } from "node:fs";
import fs from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { obtainBuilt, type Recipe, type Surroundings } from "../built.ts";
import { currentBuild, type KubernetesBuild } from "../kubernetesBuild.ts";
import { imagesOf } from "./catalogue.ts";
import type { ImageRecipe, ImageUser } from "./imageRecipe.ts";
import { debianLayer, type LayerName } from "./layers.ts";
import { addImage, addLayer, type Descriptor } from "./oci.ts";
import { ingredientsOf, obtainFiles } from "./programFiles.ts";

/**
 * A registry's folder with every image of a cluster: some 10 minutes to build, 1 GB. Of another version than the
 * current one only what that does not have.
 */
export function clusterImages(kubernetes: KubernetesBuild): Recipe {
  const isCurrent = kubernetes === currentBuild;
  const common = new Set(isCurrent ? [] : imagesOf(currentBuild).map(({ name }) => name));
  const wanted = imagesOf(kubernetes).filter(({ name }) => !common.has(name));
  return registryOf(kubernetes, wanted);
}

/** A registry's folder with these images. */
export function registryOf(kubernetes: KubernetesBuild, images: readonly ImageRecipe[]): Recipe {
  const programs = distinct(images.flatMap((image) => Object.values(image.programs)));
  const bases = distinct(images.flatMap(({ base }) => base));
  const scripts = distinct(images.flatMap((image) => Object.values(image.scripts ?? {})));
  const sources = ["build.ts", "oci.ts", ...scripts];
  return {
    name: "images",
    ingredients: [
      kubernetes.version,
      JSON.stringify(images),
      ...programs.flatMap((name) => ingredientsOf(kubernetes, name)),
      ...bases.flatMap((name) => debianLayer(name).ingredients),
      ...sources.map((file) => readFileSync(beside(file), "utf8")),
    ],
    build: async (folder, surroundings) => {
      const parts = path.join(folder, "parts");
      await fs.mkdir(parts);
      const files = await obtainFiles(kubernetes, programs, parts, surroundings);
      const layers = new Map<LayerName, Descriptor>();
      for (const name of bases) {
        const tree = path.join(await obtainBuilt(debianLayer(name), surroundings), "tree");
        layers.set(name, await addLayer(folder, tree, surroundings));
      }
      for (const image of images) {
        const own = await ownLayer(image, files, { parts, registry: folder }, surroundings);
        const below = image.base.flatMap((each) => layers.get(each) ?? []);
        await addImage(folder, image.name, [...below, ...own], image.entrypoint ?? []);
      }
      await fs.rm(parts, { recursive: true });
    },
  };
}

/** What an image has besides its layers of Debian, as at most one more. */
async function ownLayer(
  { programs, scripts = {}, user }: ImageRecipe,
  files: Readonly<Record<string, string>>,
  { parts, registry }: { readonly parts: string; readonly registry: string },
  surroundings: Surroundings,
): Promise<Descriptor[]> {
  const sources = [
    ...Object.entries(programs).map(([to, program]) => [to, files[program] ?? ""] as const),
    ...Object.entries(scripts).map(([to, script]) => [to, beside(script)] as const),
  ];
  if (sources.length === 0) return [];
  const tree = await fs.mkdtemp(path.join(parts, "tree-"));
  await fs.chmod(tree, 0o755);
  for (const [to, from] of sources) {
    const file = path.join(tree, to);
    await fs.mkdir(path.dirname(file), { recursive: true });
    await fs.copyFile(from, file);
    await fs.chmod(file, 0o755);
  }
  if (user) await writeUser(path.join(tree, "etc"), user);
  return [await addLayer(registry, tree, surroundings)];
}

async function writeUser(etc: string, { name, id, home }: ImageUser): Promise<void> {
  await fs.mkdir(etc, { recursive: true });
  const users = ["root:x:0:0:root:/root:/bin/sh", `${name}:x:${id}:${id}::${home}:/bin/sh`];
  await fs.writeFile(path.join(etc, "passwd"), users.map((line) => `${line}\n`).join(""));
  await fs.writeFile(path.join(etc, "group"), `root:x:0:\n${name}:x:${id}:\n`);
}

function distinct<Item>(items: readonly Item[]): Item[] {
  return [...new Set(items)];
}

function beside(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}
