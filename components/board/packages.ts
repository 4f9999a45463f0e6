import semver from "semver";
import type { BoardPackages } from "./phases.ts";

/** The image that holds a pod's network. PauseVersion in kubeadm's cmd/kubeadm/app/constants/constants.go, 1.37.1. */
export const sandboxImage = "registry.k8s.io/pause:3.10.2";

/**
 * The packages of a Kubernetes version. Kubernetes has one repository for each minor version. containerd comes
 * from Docker's, for Debian 12 and 13 and Ubuntu 24.04 have 1.x, which is no longer maintained.
 *
 * @param kubernetes 1.37.1
 * @param sources what comes from elsewhere, such as a mirror; the rest comes from the projects' own repositories
 */
export function boardPackages(
  kubernetes: string,
  sources: Partial<Omit<BoardPackages, "kubernetes">> = {},
): BoardPackages {
  const minor = semver.minor(kubernetes);
  const repository = `https://pkgs.k8s.io/core:/stable:/v1.${minor}/deb/`;
  const docker = "https://download.docker.com/linux";
  return {
    kubernetes,
    kubernetesRepository: { line: `deb [signed-by=%key%] ${repository} /`, key: `${repository}Release.key` },
    containerd: "containerd.io",
    containerdRepository: {
      line: `deb [signed-by=%key%] ${docker}/%id% %codename% stable`,
      key: `${docker}/debian/gpg`,
    },
    // From 1.37 on the kubelet asks for a call (RuntimeConfig) that 1.x has not.
    containerdMinimum: minor >= 37 ? "2.0" : "1.6",
    // Since 1.32 the package kubeadm depends on neither.
    extra: ["kubernetes-cni", "cri-tools"],
    sandboxImage,
    ...sources,
  };
}
