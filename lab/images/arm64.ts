// Images of a worker for arm64, beside those for amd64.
import { flannelImages } from "../../components/flannel/images.ts";
import type { Recipe } from "../built.ts";
import type { KubernetesBuild } from "../kubernetesBuild.ts";
import { clusterImages, ownImages, registryOf } from "./build.ts";
import { type ImageRecipe, inRegistry } from "./imageRecipe.ts";
import { indexesOf } from "./indexes.ts";
import { nameOf } from "./oci.ts";

/** Names of the images that run on every worker, and of those that may run there in a cluster without apps. */
const onWorkers: readonly string[] = [
  "kube-proxy",
  "pause",
  "coredns/coredns",
  ...Object.values(flannelImages).map((image) => nameOf(inRegistry(image))),
  "lab/busybox",
];

/** A worker's images of a version. */
export function workerImages(kubernetes: KubernetesBuild): ImageRecipe[] {
  return ownImages(kubernetes).filter(({ name }) => onWorkers.includes(nameOf(name)));
}

/**
 * The folders of a registry in which a worker's images are for both architectures, and all others for amd64, in the
 * order in which they must be asked.
 */
export function imagesForBoth(kubernetes: KubernetesBuild): Recipe[] {
  const images = workerImages(kubernetes);
  const registries = { amd64: clusterImages(kubernetes), arm64: registryOf(kubernetes, images, "arm64") };
  const names = images.map(({ name }) => name);
  return [indexesOf(names, registries), registries.amd64, registries.arm64];
}
