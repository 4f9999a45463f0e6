// The kernel of boards that are in a cluster, where they are machines of User-mode Linux.
import { obtainBuilt, type Recipe, type Surroundings } from "./built.ts";
import { recipeOf, virtualBoardImage, type VirtualBoardImage } from "./image.ts";
import { usualMachine } from "./machine.ts";

/** A folder with `linux.uml`, as a board's image has one: 160 MB of sources, some 10 minutes. */
export function clusterKernel(): Recipe {
  return recipeOf("kernel", "kernel");
}

/** Boards' image, with a kernel that can be a node's. */
export async function clusterImage(surroundings: Surroundings): Promise<VirtualBoardImage> {
  const image = await virtualBoardImage(surroundings);
  if ((await usualMachine()) !== "userMode") return image;
  return { ...image, userMode: await obtainBuilt(clusterKernel(), surroundings) };
}
