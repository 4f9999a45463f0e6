// The versions of Kubernetes that the lab builds.
import { fileURLToPath } from "node:url";
import { kubernetesVersion } from "../tools/catalogue.ts";

/** A version of Kubernetes as the lab builds it. */
export interface KubernetesBuild {
  /** What it calls itself, and what kubeadm and the boards go by. Without the v. */
  readonly version: string;
  /** The folder with the go.mod that pins its programs. */
  readonly modules: string;
  /** Tags of the images that its kubeadm wants beside it: cmd/kubeadm/app/constants/constants.go. */
  readonly beside: { readonly etcd: string; readonly coredns: string; readonly pause: string };
}

/** The version that a lab's cluster has: the rehearsal's. */
export const currentBuild: KubernetesBuild = {
  version: kubernetesVersion,
  modules: fileURLToPath(new URL("../tools", import.meta.url)),
  beside: { etcd: "3.7.0-0", coredns: "v1.14.6", pause: "3.10.2" },
};

/** The next patch version: the same sources under the next number. */
export const nextPatchBuild: KubernetesBuild = {
  ...currentBuild,
  version: currentBuild.version.replace(/\d+$/, (patch) => String(Number(patch) + 1)),
};

/** The minor version before. Its CoreDNS and pause are today's under its tags. */
export const previousMinorBuild: KubernetesBuild = {
  version: "1.36.3",
  modules: fileURLToPath(new URL("modules/previousMinor", import.meta.url)),
  beside: { etcd: "3.6.8-0", coredns: "v1.14.2", pause: "3.10.2" },
};
