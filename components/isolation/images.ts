/**
 * What enforces NetworkPolicies.
 *
 * Not 1.0 or later: there a connection is let through by a label that comes with its verdict, which takes a kernel with
 * CONFIG_NETFILTER_NETLINK_GLUE_CT. Raspberry Pi's has none (bcm2712_defconfig of rpi-6.18.y), and every answer to an
 * isolated pod would be dropped, as it was with 1.1.1 on such a kernel. Later versions also judge what a pod sends to its
 * own board.
 */
// kubernetes-sigs/kube-network-policies, tag v0.9.2 of 2025-09-13: install.yaml of v1.0.0 names this image; the Makefile's
// PLATFORMS have linux/arm64.
export const enforcerImage = "registry.k8s.io/networking/kube-network-policies:v0.9.2";
