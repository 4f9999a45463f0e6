import type { LayerName } from "./layers.ts";

/** An image as the lab builds it. */
export interface ImageRecipe {
  /** Name and tag as a registry is asked for them: "kube-proxy:v1.36.3". */
  readonly name: string;
  /** What of Debian it holds besides its programs, the lowest layer first. */
  readonly base: readonly LayerName[];
  /** Path in the image, and the name of the program that is put there. */
  readonly programs: Readonly<Record<string, string>>;
  /** Path in the image, and the script beside this file that is put there. */
  readonly scripts?: Readonly<Record<string, string>>;
  /** The user that the image has besides root, for programs that look up their own. */
  readonly user?: ImageUser;
  /** What runs if the pod does not say. */
  readonly entrypoint?: readonly string[];
}

/** A user, and its group of the same name and number. */
export interface ImageUser {
  readonly name: string;
  readonly id: number;
  readonly home: string;
}

/** "registry.k8s.io/pause:3" is "pause:3" there; Docker Hub needs no name, and has "traefik:v3" as "library/traefik:v3". */
export function inRegistry(image: string): string {
  const [first = "", ...rest] = image.split("/");
  if (rest.length === 0) return `library/${image}`;
  return first.includes(".") ? rest.join("/") : image;
}
