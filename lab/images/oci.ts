// Images in the format of https://github.com/opencontainers/image-spec, as the files of a registry: each is where a
// client asks for it (https://github.com/opencontainers/distribution-spec), below v2/.
import crypto from "node:crypto";
import { createReadStream } from "node:fs";
import fs from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import type { Architecture } from "../architecture.ts";
import { runOrThrow, type Surroundings } from "../built.ts";

const types = {
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  // Not compressed: unpacking costs a board's processor more than its network.
  layer: "application/vnd.oci.image.layer.v1.tar",
} as const;

/** What a manifest says of a blob. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** Where in a registry's folder a blob lies that images have links to. */
function blobFile(registry: string, digest: string): string {
  return path.join(registry, "blobs", digest);
}

/** Makes a layer of a folder. The same content gives the same layer. */
export async function addLayer(
  registry: string,
  folder: string,
  surroundings: Surroundings,
): Promise<Descriptor> {
  const file = path.join(registry, `layer-${crypto.randomUUID()}`);
  await fs.mkdir(path.join(registry, "blobs"), { recursive: true });
  const same = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner"];
  await runOrThrow("tar", ["--create", "--file", file, ...same, "--directory", folder, "."], surroundings);
  const hash = crypto.createHash("sha256");
  await pipeline(createReadStream(file), hash);
  const digest = `sha256:${hash.digest("hex")}`;
  const { size } = await fs.stat(file);
  await fs.rename(file, blobFile(registry, digest));
  return { mediaType: types.layer, digest, size };
}

/**
 * Writes an image of layers.
 *
 * @param image name and tag, "coredns/coredns:v1.14.2"; no other with this name may be there
 * @param about `entrypoint`: what runs if the pod does not say, nothing if empty; `architecture` of its programs
 */
export async function addImage(
  registry: string,
  image: string,
  layers: readonly Descriptor[],
  about: { readonly entrypoint: readonly string[]; readonly architecture: Architecture },
): Promise<void> {
  const config = await addBlob(registry, types.config, {
    architecture: about.architecture,
    os: "linux",
    config: {
      Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
      Entrypoint: about.entrypoint,
    },
    rootfs: { type: "layers", diff_ids: layers.map(({ digest }) => digest) },
  });
  const manifest = await addBlob(registry, types.manifest, {
    schemaVersion: 2,
    mediaType: types.manifest,
    config,
    layers,
  });
  for (const blob of [config, ...layers]) await addLink(registry, image, "blobs", blob.digest, blob);
  for (const reference of [tagOf(image), manifest.digest])
    await addLink(registry, image, "manifests", reference, manifest);
}

/** Puts a blob where a client asks for it. */
export async function addLink(
  registry: string,
  image: string,
  kind: "blobs" | "manifests",
  reference: string,
  { digest }: Descriptor,
): Promise<void> {
  const folder = path.join(folderOf(registry, image), kind);
  await fs.mkdir(folder, { recursive: true });
  await fs.link(blobFile(registry, digest), path.join(folder, reference));
}

/** Where a client asks for what an image consists of. */
export function folderOf(registry: string, image: string): string {
  return path.join(registry, "v2", nameOf(image));
}

/** An image's name without its tag: "coredns/coredns". */
export function nameOf(image: string): string {
  return image.slice(0, image.lastIndexOf(":"));
}

/** What an image's name ends with: "v1.14.2". */
export function tagOf(image: string): string {
  return image.slice(image.lastIndexOf(":") + 1);
}

/** Writes what is no layer. */
export async function addBlob(registry: string, mediaType: string, content: object): Promise<Descriptor> {
  const bytes = Buffer.from(JSON.stringify(content));
  const digest = digestOf(bytes);
  await fs.mkdir(path.join(registry, "blobs"), { recursive: true });
  await fs.writeFile(blobFile(registry, digest), bytes);
  return { mediaType, digest, size: bytes.length };
}

/** What a client knows a blob by. */
export function digestOf(bytes: Buffer): string {
  return `sha256:${crypto.createHash("sha256").update(bytes).digest("hex")}`;
}
