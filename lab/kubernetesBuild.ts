// The versions of Kubernetes that the lab builds.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A version of Kubernetes as the lab builds it. */
export interface KubernetesBuild {
  /** What it calls itself, and what kubeadm and the boards go by. Without the v. */
  readonly version: string;
  /** Folders with the go.mod that pins what packages hold, and what images hold. */
  readonly modules: { readonly packages: string; readonly images: string };
  /** Tags of the images that its kubeadm wants beside it: cmd/kubeadm/app/constants/constants.go. */
  readonly beside: { readonly etcd: string; readonly coredns: string; readonly pause: string };
}

const folder = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const modules = { packages: folder("packages/modules"), images: folder("images/modules/kubernetes") };
const previousModules = folder("previousMinor");

/** The version that a lab's cluster has. */
export const currentBuild: KubernetesBuild = {
  version: pinnedIn(modules.packages, "k8s.io/kubernetes"),
  modules,
  beside: { etcd: "3.6.8-0", coredns: "v1.14.2", pause: "3.10.2" },
};

/** The next patch version: the same sources under the next number. */
export const nextPatchBuild: KubernetesBuild = {
  ...currentBuild,
  version: currentBuild.version.replace(/\d+$/, (patch) => String(Number(patch) + 1)),
};

/** The minor version before. Its CoreDNS and pause are today's under its tags. */
export const previousMinorBuild: KubernetesBuild = {
  version: pinnedIn(previousModules, "k8s.io/kubernetes"),
  modules: { packages: previousModules, images: previousModules },
  beside: { etcd: "3.6.6-0", coredns: "v1.13.1", pause: "3.10.1" },
};

/** A module's version in a folder's go.mod, without the v. */
export function pinnedIn(modulesFolder: string, module: string): string {
  const escaped = module.replaceAll(".", String.raw`\.`);
  const text = readFileSync(`${modulesFolder}/go.mod`, "utf8");
  const found = new RegExp(`^\\s+${escaped} v(\\S+)`, "m").exec(text);
  if (found?.[1] === undefined) throw new Error(`${modulesFolder}/go.mod does not require ${module}`);
  return found[1];
}
