// Builds the images of a cluster, for boards that reach no registry.
import { readFileSync } from "node:fs";
import fs from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { type Architecture, suffixOf } from "../architecture.ts";
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
  return registryOf(kubernetes, ownImages(kubernetes));
}

/** The images of a version; of another than the current one only those that that does not have. */
export function ownImages(kubernetes: KubernetesBuild): ImageRecipe[] {
  const isCurrent = kubernetes === currentBuild;
  const common = new Set(isCurrent ? [] : imagesOf(currentBuild).map(({ name }) => name));
  return imagesOf(kubernetes).filter(({ name }) => !common.has(name));
}

/**
 * A registry's folder with these images.
 *
 * @param architecture of their programs. Default: amd64
 */
export function registryOf(
  kubernetes: KubernetesBuild,
  images: readonly ImageRecipe[],
  architecture: Architecture = "amd64",
): Recipe {
  const programs = distinct(images.flatMap((image) => Object.values(image.programs)));
  const bases = distinct(images.flatMap(({ base }) => base));
  const scripts = distinct(images.flatMap((image) => Object.values(image.scripts ?? {})));
  const sources = ["build.ts", "oci.ts", ...scripts];
  return {
    name: `images${suffixOf(architecture)}`,
    ingredients: [
      kubernetes.version,
      JSON.stringify(images),
      ...programs.flatMap((name) => ingredientsOf(kubernetes, name)),
      ...bases.flatMap((name) => debianLayer(name, architecture).ingredients),
      ...sources.map((file) => readFileSync(beside(file), "utf8")),
    ],
    build: async (folder, surroundings) => {
      const parts = path.join(folder, "parts");
      await fs.mkdir(parts);
      const files = await obtainFiles(kubernetes, programs, parts, surroundings, architecture);
      const layers = new Map<LayerName, Descriptor>();
      for (const name of bases) {
        const debian = await obtainBuilt(debianLayer(name, architecture), surroundings);
        layers.set(name, await addLayer(folder, path.join(debian, "tree"), surroundings));
      }
      for (const image of images) {
        const own = await ownLayer(image, files, { parts, registry: folder }, surroundings);
        const below = image.base.flatMap((each) => layers.get(each) ?? []);
        const { name, entrypoint = [] } = image;
        await addImage(folder, name, [...below, ...own], { entrypoint, architecture });
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
