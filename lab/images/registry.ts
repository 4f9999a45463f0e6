// The reading half of a container registry (https://github.com/opencontainers/distribution-spec): what
// containerd asks for when it pulls an image.
import { createReadStream, existsSync } from "node:fs";
import fs from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { blobFile, tagFile } from "./oci.ts";

const digest = /^sha256:[0-9a-f]{64}$/;
const manifestRequest = /^\/v2\/((?:[a-z0-9._-]+\/)*[a-z0-9._-]+)\/manifests\/([\w.:-]+)$/;
const blobRequest = /^\/v2\/(?:[a-z0-9._-]+\/)+blobs\/(sha256:[0-9a-f]{64})$/;

/**
 * Answers a registry's client.
 *
 * @param registries the folders with the images (oci.ts)
 * @returns false if the request is for something else than a registry
 */
export async function answerFromRegistry(
  registries: readonly string[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const { pathname } = new URL(request.url ?? "", "http://registry");
  if (!pathname.startsWith("/v2/")) return false;
  if (pathname === "/v2/") {
    response.writeHead(200, { "Content-Type": "application/json" }).end("{}");
    return true;
  }
  const [, name = "", reference = ""] = manifestRequest.exec(pathname) ?? [];
  const wanted =
    reference === "" ? blobRequest.exec(pathname)?.[1] : await manifest(registries, name, reference);
  const type = reference === "" ? "application/octet-stream" : "application/vnd.oci.image.manifest.v1+json";
  const files = registries.map((registry) => blobFile(registry, wanted ?? ""));
  await send(
    files.find((file) => wanted !== undefined && existsSync(file)),
    type,
    wanted,
    request,
    response,
  );
  return true;
}

async function manifest(
  registries: readonly string[],
  name: string,
  reference: string,
): Promise<string | undefined> {
  if (digest.test(reference)) return reference;
  const tag = registries
    .map((registry) => tagFile(registry, name, reference))
    .find((file) => existsSync(file));
  return tag === undefined ? undefined : fs.readFile(tag, "utf8");
}

async function send(
  file: string | undefined,
  type: string,
  digestOf: string | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const found = file === undefined ? undefined : await fs.stat(file).catch(() => undefined);
  if (file === undefined || found === undefined) {
    const errors = [{ code: "NAME_UNKNOWN", message: `the lab has no ${request.url ?? ""}` }];
    response.writeHead(404, { "Content-Type": "application/json" }).end(JSON.stringify({ errors }));
    return;
  }
  response.writeHead(200, {
    "Content-Type": type,
    "Content-Length": found.size,
    "Docker-Content-Digest": digestOf,
  });
  if (request.method === "HEAD") response.end();
  // A board that is switched off in the middle is nothing to report.
  else await pipeline(createReadStream(file), response).catch(() => undefined);
}
