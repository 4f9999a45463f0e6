import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { addIndex, taggedManifest } from "../../lab/images/indexes.ts";
import { addImage, addLayer } from "../../lab/images/oci.ts";
import { answerFrom } from "../../lab/fileServer.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "registry-"));
const registries = [path.join(folder, "one"), path.join(folder, "other")];
const server = http.createServer(
  answerFrom({ v2: registries.map((registry) => path.join(registry, "v2")), debian: [] }),
);
let address = "";

beforeAll(async () => {
  fs.mkdirSync(path.join(folder, "tree"));
  fs.writeFileSync(path.join(folder, "tree", "pause"), "program");
  for (const [i, registry] of registries.entries()) {
    fs.mkdirSync(registry);
    const layer = await addLayer(registry, path.join(folder, "tree"), {});
    const architecture = i === 0 ? "amd64" : "arm64";
    await addImage(registry, `some/pause:${i}`, [layer], { entrypoint: ["/pause"], architecture });
  }
  fs.writeFileSync(path.join(folder, "secret"), "secret");
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  fs.rmSync(folder, { recursive: true });
});

const get = (url: string, method = "GET") => fetch(`${address}${url}`, { method });
interface Manifest {
  config: { digest: string };
  layers: { digest: string; size: number }[];
}

it.each([0, 1])(
  "gives what a client pulls, from either folder: manifest, configuration and layer",
  async (tag) => {
    const response = await get(`/v2/some/pause/manifests/${tag}?ns=registry.k8s.io`);
    expect(response.headers.get("content-type")).toBe("application/vnd.oci.image.manifest.v1+json");
    const manifest = await response.text();
    const digest = `sha256:${createHash("sha256").update(manifest).digest("hex")}`;
    const { config, layers } = JSON.parse(manifest) as Manifest;
    const again = await get(`/v2/some/pause/manifests/${digest}`, "HEAD");
    expect(again.status).toBe(200);
    expect(again.headers.get("content-length")).toBe(String(manifest.length));
    const layer = layers[0]!;
    const content = Buffer.from(await (await get(`/v2/some/pause/blobs/${layer.digest}`)).arrayBuffer());
    expect(content).toHaveLength(layer.size);
    const { stdout } = spawnSync("tar", ["--extract", "--to-stdout", "./pause"], { input: content });
    expect(stdout.toString()).toBe("program");
    const settings = (await (await get(`/v2/some/pause/blobs/${config.digest}`)).json()) as {
      rootfs: { diff_ids: string[] };
    };
    expect(settings.rootfs.diff_ids).toEqual([layer.digest]);
  },
);

it("says of an index that it is one", async () => {
  const manifest = await taggedManifest(registries[1]!, "some/pause:1");
  await addIndex(registries[1]!, "some/pause:both", [["arm64", manifest]]);
  const response = await get("/v2/some/pause/manifests/both");
  expect(response.headers.get("content-type")).toBe("application/vnd.oci.image.index.v1+json");
  expect(await response.json()).toMatchObject({ manifests: [manifest] });
});

it.each([
  "/v2/some/pause/manifests/9",
  "/v2/absent/manifests/1",
  `/v2/some/pause/blobs/sha256:${"0".repeat(64)}`,
])("has no %s", async (url) => expect((await get(url)).status).toBe(404));

it("gives nothing beside its folders, and no folder", async () => {
  for (const url of ["/v2/some/manifests/..%2f..%2f..%2fsecret", "/v2/some", "/v2/", "/debian/Packages", "/"])
    expect((await get(url)).status).toBe(404);
});
