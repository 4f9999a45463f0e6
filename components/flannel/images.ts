/** The images of flannel. */
export const flannelImages = {
  // flannel-io/flannel, tag v0.28.10 of 2026-10-08: Documentation/kube-flannel.yml names both images with their tags,
  // .github/workflows/release.yml builds linux/arm64.
  flannel: "ghcr.io/flannel-io/flannel:v0.28.10",
  // As above; flannel-io/cni-plugin's .github/workflows/release.yml builds linux/arm64.
  cniPlugin: "ghcr.io/flannel-io/flannel-cni-plugin:v1.9.1-flannel3",
} as const;
