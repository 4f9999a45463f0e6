// Images for several processors, as a registry has them: one tag, and an index that leads each client to its own.
import fs from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { readFileSync } from "node:fs";
import type { Architecture } from "../architecture.ts";
import { obtainBuilt, type Recipe } from "../built.ts";
import { addBlob, addLink, type Descriptor, digestOf, folderOf, tagOf } from "./oci.ts";

const indexType = "application/vnd.oci.image.index.v1+json";

/**
 * A registry's folder with nothing but indexes: to be asked before those with the images.
 *
 * @param images that are in all of these folders
 * @param registries the folder with each architecture's images
 */
export function indexesOf(
  images: readonly string[],
  registries: Readonly<Record<Architecture, Recipe>>,
): Recipe {
  const recipes = Object.entries(registries) as [Architecture, Recipe][];
  const source = readFileSync(fileURLToPath(import.meta.url), "utf8");
  return {
    name: "image-indexes",
    ingredients: [source, ...images, ...recipes.flatMap(([, { ingredients }]) => ingredients)],
    build: async (folder, surroundings) => {
      for (const image of images) {
        const manifests: [Architecture, Descriptor][] = [];
        for (const [architecture, recipe] of recipes)
          manifests.push([
            architecture,
            await taggedManifest(await obtainBuilt(recipe, surroundings), image),
          ]);
        await addIndex(folder, image, manifests);
      }
    },
  };
}

/** Gives an image's tag to an index of the manifests for each architecture, which may be in other folders. */
export async function addIndex(
  registry: string,
  image: string,
  manifests: readonly (readonly [Architecture, Descriptor])[],
): Promise<void> {
  const index = await addBlob(registry, indexType, {
    schemaVersion: 2,
    mediaType: indexType,
    manifests: manifests.map(([architecture, manifest]) => ({
      ...manifest,
      platform: { architecture, os: "linux" },
    })),
  });
  for (const reference of [tagOf(image), index.digest])
    await addLink(registry, image, "manifests", reference, index);
}

/** What an index says of the image that has a tag in a registry's folder. */
export async function taggedManifest(registry: string, image: string): Promise<Descriptor> {
  const bytes = await fs.readFile(path.join(folderOf(registry, image), "manifests", tagOf(image)));
  const { mediaType } = JSON.parse(bytes.toString()) as Pick<Descriptor, "mediaType">;
  return { mediaType, digest: digestOf(bytes), size: bytes.length };
}
