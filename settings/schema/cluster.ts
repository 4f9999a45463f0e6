import ipaddr from "ipaddr.js";
import { z } from "zod";
import { defaultRanges } from "../../components/kubeadm/clusterLayout.ts";
import { kubernetesVersion } from "../../tools/catalogue.ts";
import { boardHost, endpointError, host, urlHostError } from "../../components/fields/hosts.ts";
import { refusing } from "../../components/fields/refuse.ts";

const repository = (description: string) =>
  z
    .strictObject({
      line: z.string("must be a line for apt").regex(/^deb /, "must be a line for apt, deb …").meta({
        description:
          "A source line for apt. `%key%` stands for the key's path on the board, `%id%` and `%codename%` for those of its operating system.",
      }),
      key: z
        .string("must be a key")
        .regex(/^(https?:\/\/|-----BEGIN PGP)/, "must be the text of a PGP key, or the address of one")
        .meta({ description: "The key that signs it, or the URL from which the board downloads the key." }),
    })
    .optional()
    .meta({ description });

/** The cluster that the boards form. */
export const cluster = z
  .strictObject({
    bootstrap: z.boolean("must be true or false").default(false).meta({
      description:
        "Whether bramble sets up the boards over SSH and, without a `kubeconfig`, creates a cluster of them. Needs `user` and `hostKey` of each.",
    }),
    version: z
      .string("must be a version")
      .regex(/^1\.\d+\.\d+$/, `must be a version such as ${kubernetesVersion}`)
      .default(kubernetesVersion)
      .meta({ description: "Version of Kubernetes on boards that bramble sets up." }),
    controlPlaneEndpoint: z
      .string("must be a host, or host:port")
      .superRefine(refusing(endpointError))
      .optional()
      .meta({
        description:
          "Name or address that leads to a running control plane, even if one is down. Default with a single control plane: its `host`. It can't be changed later.",
      }),
    ignorePreflightErrors: z
      .array(
        z
          .string("must be a preflight check")
          .regex(/^[A-Za-z0-9-]+$/, "must be a preflight check of kubeadm such as SystemVerification"),
        "must be a list of preflight checks",
      )
      .default([])
      .meta({
        description:
          "Preflight checks of kubeadm whose errors are ignored, such as `SystemVerification` on a custom kernel.",
      }),
    timeServers: z
      .array(host(boardHost), "must be a list of host names")
      .default([])
      .meta({ description: "Time servers for the boards. Default: those of their operating system." }),
    containerd: z.enum(["containerd.io", "containerd"]).default("containerd.io").meta({
      description: "Package of containerd: Docker's build of 2.x, or that of the operating system.",
    }),
    kubernetesRepository: repository("A mirror for kubelet, kubeadm and kubectl. Default: pkgs.k8s.io."),
    containerdRepository: repository("A mirror for containerd.io. Default: Docker's repository."),
    imageRepository: z
      .url({ protocol: /^https?$/, error: "must be the address of a registry, http://… or https://…" })
      .superRefine(refusing((url) => urlHostError(url, boardHost)))
      .optional()
      .meta({
        description:
          "A registry that mirrors every image under its own path, such as `http://192.168.1.5:5000`. Default: the images' own registries.",
      }),
    kubeconfig: z.string("must be a path").min(1, "must be a path").optional().meta({
      description:
        "Path of the cluster's kubeconfig, relative to Pulumi.yaml. Without a cluster, no apps are deployed.",
    }),
    network: z
      .enum(["flannel", "none"])
      .default("flannel")
      .meta({ description: "The pod network. `none` if the cluster already has one." }),
    podSubnet: z
      .string(`must be an IPv4 range such as ${defaultRanges.podSubnet}`)
      .refine(
        isNetwork(8, 22),
        `must be an IPv4 network address with a prefix of 8 to 22, such as ${defaultRanges.podSubnet}`,
      )
      .default(defaultRanges.podSubnet)
      .meta({ description: "The address range of pods, as for kubeadm. Every board gets a /24 of it." }),
    serviceSubnet: z
      .string(`must be an IPv4 range such as ${defaultRanges.serviceSubnet}`)
      .refine(
        isNetwork(12, 24),
        `must be an IPv4 network address with a prefix of 12 to 24, such as ${defaultRanges.serviceSubnet}`,
      )
      .default(defaultRanges.serviceSubnet)
      .meta({
        description:
          "The address range of services, as for kubeadm. It must not overlap the addresses of pods or machines, and can't be changed later.",
      }),
    metrics: z
      .boolean("must be true or false")
      .default(true)
      .meta({ description: "metrics-server, for `kubectl top`." }),
  })
  .meta({ description: "The Kubernetes cluster that the boards form." });

/** Whether a range is written with its first address, and is neither too large nor too small. */
function isNetwork(shortest: number, longest: number): (value: string) => boolean {
  return (value) => {
    if (!ipaddr.IPv4.isValidCIDRFourPartDecimal(value)) return false;
    const [address, length] = value.split("/");
    const prefix = Number(length);
    return (
      prefix >= shortest &&
      prefix <= longest &&
      ipaddr.IPv4.networkAddressFromCIDR(value).toString() === address
    );
  };
}
