import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Container } from "../../components/workload/workload.ts";
import { findBuilt } from "../../lab/built.ts";
import { registryOf } from "../../lab/images/build.ts";
import { imagesOf } from "../../lab/images/catalogue.ts";
import { type ImageRecipe, inRegistry } from "../../lab/images/imageRecipe.ts";
import { debianLayer } from "../../lab/images/layers.ts";
import { currentBuild } from "../../lab/kubernetesBuild.ts";
import { findProgram, isProgram } from "../../lab/programs.ts";

/** An image as a container runtime has it before it starts a container. */
export interface UnpackedImage {
  /** The folder that is its root. */
  readonly root: string;
  readonly entrypoint: readonly string[];
  /** NAME=value */
  readonly env: readonly string[];
}

/** The lab's recipes of the images of containers; nothing for one that it has not. */
function recipesOf(containers: readonly Container[]): ImageRecipe[] {
  const wanted = new Set(containers.map(({ image = "" }) => inRegistry(image)));
  return imagesOf(currentBuild).filter(({ name }) => wanted.has(name));
}

/** Why the images of containers can't be run here, undefined if they can. Looks only. */
export async function whyNoImages(containers: readonly Container[]): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return "needs root";
  const recipes = recipesOf(containers);
  const programs = recipes.flatMap((recipe) => Object.values(recipe.programs)).filter(isProgram);
  const parts = [
    ...(await Promise.all(programs.map((name) => findProgram(currentBuild, name)))),
    ...recipes.flatMap(({ base }) => base).map((name) => findBuilt(debianLayer(name))),
  ];
  return parts.includes(undefined)
    ? "the lab's images are not built: run `node lab/prepare.ts`, some minutes once"
    : undefined;
}

/** Images of the lab in a temporary folder, with what containers of them are given. */
export class UnpackedImages {
  readonly #folder = fs.mkdtempSync(path.join(tmpdir(), "images-"));
  readonly #unpacked = new Map<string, UnpackedImage>();

  private constructor() {
    fs.chmodSync(this.#folder, 0o755);
  }

  /** Builds the images of these containers as the lab builds them, and unpacks them. */
  static async of(containers: readonly Container[]): Promise<UnpackedImages> {
    const images = new UnpackedImages();
    const registry = path.join(images.#folder, "registry");
    fs.mkdirSync(registry);
    const recipes = recipesOf(containers);
    await registryOf(currentBuild, recipes).build(registry, { say: () => undefined });
    for (const [i, { name }] of recipes.entries())
      images.#unpacked.set(name, unpack(registry, name, path.join(images.#folder, `root-${i}`)));
    return images;
  }

  /** The image of a container. */
  of({ image = "" }: Container): UnpackedImage {
    const found = this.#unpacked.get(inRegistry(image));
    if (!found) throw new Error(`${image} is not unpacked`);
    return found;
  }

  /** A folder that anybody may write to, as an emptyDir. */
  emptyDir(mode = 0o777): string {
    const created = fs.mkdtempSync(path.join(this.#folder, "folder-"));
    fs.chmodSync(created, mode);
    return created;
  }

  /** A folder of files as a ConfigMap's volume; the mode is `defaultMode`. */
  folder(files: Readonly<Record<string, string>>, mode = 0o644): string {
    const folder = this.emptyDir(0o755);
    for (const [name, content] of Object.entries(files))
      fs.writeFileSync(path.join(folder, name), content, { mode });
    return folder;
  }

  /** One file of such a volume. */
  file(content: string, mode?: number): string {
    return path.join(this.folder({ content }, mode), "content");
  }

  remove(): void {
    fs.rmSync(this.#folder, { recursive: true, force: true });
  }
}

interface Manifest {
  readonly config: { readonly digest: string };
  readonly layers: readonly { readonly digest: string }[];
}

/** Unpacks an image of a registry's folder. */
function unpack(registry: string, image: string, root: string): UnpackedImage {
  const [name = "", tag = ""] = image.split(":");
  const at = (...parts: string[]) => path.join(registry, "v2", name, ...parts);
  const read = (file: string) => JSON.parse(fs.readFileSync(file, "utf8")) as unknown;
  const { config, layers } = read(at("manifests", tag)) as Manifest;
  fs.mkdirSync(root);
  for (const { digest } of layers)
    execFileSync("tar", ["--extract", "--file", at("blobs", digest), "--directory", root]);
  const { config: settings } = read(at("blobs", config.digest)) as {
    config: { Entrypoint: string[]; Env: string[] };
  };
  return { root, entrypoint: settings.Entrypoint, env: settings.Env };
}
