import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { flannelImages } from "../../components/flannel/images.ts";
import { areFor } from "../../lab/arm64.ts";
import { setUpFor } from "../../lab/architecture.ts";
import { imagesForBoth, workerImages } from "../../lab/images/arm64.ts";
import { clusterImages, registryOf } from "../../lab/images/build.ts";
import { imagesOf } from "../../lab/images/catalogue.ts";
import { inRegistry } from "../../lab/images/imageRecipe.ts";
import { addIndex, taggedManifest } from "../../lab/images/indexes.ts";
import { debianLayer } from "../../lab/images/layers.ts";
import { addImage, addLayer } from "../../lab/images/oci.ts";
import { currentBuild, nextPatchBuild } from "../../lab/kubernetesBuild.ts";
import { usualMachine } from "../../lab/machine.ts";
import { kubernetesPackages } from "../../lab/packages/kubernetes.ts";

const architectures = ["amd64", "arm64"] as const;
const names = (build = currentBuild) => workerImages(build).map(({ name }) => name);

describe("images for arm64", () => {
  it("are those of a worker, and none of a control plane's or an app's", () => {
    const { version, beside } = currentBuild;
    expect(names().toSorted()).toEqual(
      [
        `coredns/coredns:${beside.coredns}`,
        inRegistry(flannelImages.cniPlugin),
        inRegistry(flannelImages.flannel),
        `kube-proxy:v${version}`,
        "lab/busybox:1",
        `pause:${beside.pause}`,
      ].toSorted(),
    );
    expect(imagesOf(currentBuild).map(({ name }) => name)).toContain(`kube-apiserver:v${version}`);
    expect(names(nextPatchBuild)).toEqual([`kube-proxy:v${nextPatchBuild.version}`]);
  });

  it("are asked for by indexes that come before both, and leave those for amd64 as they are", () => {
    const [indexes, amd64, arm64] = imagesForBoth(currentBuild);
    expect([indexes?.name, amd64?.name, arm64?.name]).toEqual(["image-indexes", "images", "images-arm64"]);
    expect(amd64?.ingredients).toEqual(clusterImages(currentBuild).ingredients);
    for (const ingredient of [...(amd64?.ingredients ?? []), ...(arm64?.ingredients ?? [])])
      expect(indexes?.ingredients).toContain(ingredient);
  });

  it("are not made of what is this machine's", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "images-"));
    const image = { name: "node:1", base: [], programs: { node: "node" } };
    const { build } = registryOf(currentBuild, [image], "arm64");
    await expect(build(folder, {})).rejects.toThrow("node is this machine's; there is none for arm64");
    rmSync(folder, { recursive: true });
  });
});

describe("an index", () => {
  let folder: string;
  const of = (name: string) => path.join(folder, name);
  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "indexes-"));
    for (const architecture of architectures) {
      const layer = await addLayer(of(architecture), import.meta.dirname, {});
      await addImage(of(architecture), "some/pause:3", [layer], { entrypoint: ["/pause"], architecture });
    }
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const read = (registry: string, ...file: string[]) =>
    JSON.parse(readFileSync(path.join(of(registry), "v2/some/pause", ...file), "utf8")) as Record<
      string,
      unknown
    >;

  it("has an image's tag and leads each processor to the manifest in its own folder", async () => {
    const manifests = await Promise.all(
      architectures.map(
        async (architecture) =>
          [architecture, await taggedManifest(of(architecture), "some/pause:3")] as const,
      ),
    );
    // Made of the same layer.
    expect(manifests[0]?.[1].digest).not.toBe(manifests[1]?.[1].digest);

    await addIndex(of("both"), "some/pause:3", manifests);

    const index = read("both", "manifests", "3");
    expect(index.mediaType).toBe("application/vnd.oci.image.index.v1+json");
    const listed = index.manifests as { digest: string; mediaType: string; platform: object }[];
    expect(listed.map(({ platform }) => platform)).toEqual(
      architectures.map((architecture) => ({ architecture, os: "linux" })),
    );
    for (const [i, architecture] of architectures.entries()) {
      const { digest = "", mediaType } = listed[i] ?? {};
      const manifest = read(architecture, "manifests", digest);
      expect(manifest.mediaType).toBe(mediaType);
      const config = read(architecture, "blobs", (manifest.config as { digest: string }).digest);
      expect(config).toMatchObject({ architecture, os: "linux" });
    }
  });
});

describe("what is built for arm64", () => {
  it("is kept beside what is built for amd64", () => {
    expect(debianLayer("busybox", "arm64").name).toBe("layer-busybox-arm64");
    expect(debianLayer("busybox").name).toBe("layer-busybox");
    expect(setUpFor("arm64")).toEqual({ platform: "linux-arm64", emulator: "qemu-aarch64-static" });
    expect(setUpFor("amd64")).toBeUndefined();
  });

  it("is in a repository of packages only where it is wanted", () => {
    const [alone, both] = [
      kubernetesPackages(currentBuild),
      kubernetesPackages(currentBuild, architectures),
    ].map(({ ingredients }) => ingredients);
    expect(both).toContain("arm64");
    expect(alone).not.toContain("arm64");
  });
});

it("emulates a board for arm64, whatever the others are", async () => {
  vi.stubEnv("BRAMBLE_LAB_MACHINE", "userMode");
  expect(await usualMachine("arm64")).toBe("qemu");
  expect(await usualMachine()).toBe("userMode");
  vi.unstubAllEnvs();
});

it.each([
  ["flanneld arm64\nhttpd arm64\nkube-proxy arm64\npause arm64\n", true],
  ["flanneld arm64\nhttpd amd64\nkube-proxy arm64\npause arm64\n", false],
  ["flanneld arm64\npause arm64\n", false],
  ["", false],
])("programs in a board's pods are for arm64: %j", (seen, holds) => {
  expect(areFor("arm64", seen)).toBe(holds);
});
