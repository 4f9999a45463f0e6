// Images in the format of https://github.com/opencontainers/image-spec, as the files of a registry: each is where a
// client asks for it (https://github.com/opencontainers/distribution-spec), below v2/.
import crypto from "node:crypto";
import { createReadStream } from "node:fs";
import fs from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { runOrThrow, type Surroundings } from "../built.ts";

/** What a server says of the files in folders called `manifests`. */
export const manifestType = "application/vnd.oci.image.manifest.v1+json";

const types = {
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
 * @param entrypoint what runs if the pod does not say; nothing if empty
 */
export async function addImage(
  registry: string,
  image: string,
  layers: readonly Descriptor[],
  entrypoint: readonly string[],
): Promise<void> {
  const [name = "", tag = ""] = image.split(":");
  const config = await addBlob(registry, types.config, {
    architecture: "amd64",
    os: "linux",
    config: {
      Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
      Entrypoint: entrypoint,
    },
    rootfs: { type: "layers", diff_ids: layers.map(({ digest }) => digest) },
  });
  const manifest = await addBlob(registry, manifestType, {
    schemaVersion: 2,
    mediaType: manifestType,
    config,
    layers,
  });
  const folder = path.join(registry, "v2", name);
  const links = [
    ...[config, ...layers].map(({ digest }) => ["blobs", digest, digest] as const),
    ...[tag, manifest.digest].map((reference) => ["manifests", reference, manifest.digest] as const),
  ];
  for (const [kind, link, digest] of links) {
    await fs.mkdir(path.join(folder, kind), { recursive: true });
    await fs.link(blobFile(registry, digest), path.join(folder, kind, link));
  }
}

async function addBlob(registry: string, mediaType: string, content: object): Promise<Descriptor> {
  const bytes = Buffer.from(JSON.stringify(content));
  const digest = `sha256:${crypto.createHash("sha256").update(bytes).digest("hex")}`;
  await fs.writeFile(blobFile(registry, digest), bytes);
  return { mediaType, digest, size: bytes.length };
}
