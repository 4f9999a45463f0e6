import ipaddr from "ipaddr.js";
import { z } from "zod";
import { defaultRanges, endpointName } from "../../components/kubeadm/clusterLayout.ts";
import { enforcerMemory } from "../../components/isolation/enforcerWorkload.ts";
import { kubernetesVersion } from "../../tools/catalogue.ts";
import { flag, list } from "../../components/fields/fields.ts";
import { boardHost, endpointError, host, urlHostError } from "../../components/fields/hosts.ts";
import { refusing } from "../../components/fields/refuse.ts";
import { systemUpdates } from "./systemUpdates.ts";

/** A mirror of packages. */
const repository = z
  .strictObject({
    line: z
      .string("must be a line for apt")
      .regex(/^deb /, "must be a line for apt, deb …")
      .describe(
        "A source line for apt. `%key%` stands for the key's path on the board, `%id%` and `%codename%` for those of its operating system.",
      ),
    key: z
      .string("must be a key")
      .regex(/^(https?:\/\/|-----BEGIN PGP)/, "must be the text of a PGP key, or the address of one")
      .describe("The key that signs it, or the URL from which the board downloads the key."),
  })
  .meta({ id: "repository" });

/** A range of addresses of the cluster's own, with a prefix from `shortest` to `longest`. */
const subnet = (standard: string, shortest: number, longest: number, description: string) =>
  z
    .string(`must be an IPv4 range such as ${standard}`)
    .refine(
      (value) => isNetwork(value, shortest, longest),
      `must be an IPv4 network address with a prefix of ${shortest} to ${longest}, such as ${standard}`,
    )
    .default(standard)
    .describe(description);

/** The cluster that the boards form. */
export const cluster = z
  .strictObject({
    version: z
      .string("must be a version")
      .regex(/^1\.\d+\.\d+$/, `must be a version such as ${kubernetesVersion}`)
      .default(kubernetesVersion)
      .describe("Version of Kubernetes on boards that bramble sets up."),
    controlPlaneEndpoint: z
      .string("must be a host, or host:port")
      .superRefine(refusing(endpointError))
      .optional()
      .describe(
        `Name or address that leads to a running control plane, even if one is down. Default with a single control plane whose \`host\` is an address: \`${endpointName}\`, which bramble adds to \`/etc/hosts\` of every board; if \`host\` is a name, that name. It can't be changed later.`,
      ),
    ignorePreflightErrors: list(
      z
        .string("must be a preflight check")
        .regex(/^[A-Za-z0-9-]+$/, "must be a preflight check of kubeadm such as SystemVerification"),
      "preflight checks",
      "Preflight checks of kubeadm whose errors are ignored, such as `SystemVerification` on a custom kernel.",
    ),
    timeServers: list(
      host(boardHost),
      "host names",
      "Time servers for the boards. Default: those of their operating system.",
    ),
    containerd: z
      .enum(["containerd.io", "containerd"])
      .default("containerd.io")
      .describe("Package of containerd: Docker's build of 2.x, or that of the operating system."),
    kubernetesRepository: repository
      .optional()
      .describe("A mirror for kubelet, kubeadm and kubectl. Default: pkgs.k8s.io."),
    containerdRepository: repository
      .optional()
      .describe("A mirror for containerd.io. Default: Docker's repository."),
    imageRepository: z
      .url({ protocol: /^https?$/, error: "must be the address of a registry, http://… or https://…" })
      .superRefine(refusing((url) => urlHostError(url, boardHost)))
      .optional()
      .describe(
        "A registry that mirrors every image under its own path, such as `http://192.168.1.5:5000`. Default: the images' own registries.",
      ),
    kubeconfig: z
      .string("must be a path")
      .min(1, "must be a path")
      .optional()
      .describe(
        "Path of an existing cluster's kubeconfig, relative to Pulumi.yaml; bramble then connects to no board. If omitted, bramble sets up the boards over SSH and creates the cluster.",
      ),
    network: z
      .enum(["flannel", "none"])
      .default("flannel")
      .describe("The pod network. `none` if the cluster already has one."),
    podSubnet: subnet(
      defaultRanges.podSubnet,
      8,
      22,
      "The address range of pods, as for kubeadm. Every board gets a /24 of it.",
    ),
    serviceSubnet: subnet(
      defaultRanges.serviceSubnet,
      12,
      24,
      "The address range of services, as for kubeadm. It must not overlap the addresses of pods or machines, and can't be changed later.",
    ),
    isolation: flag(
      false,
      `Whether pods of apps that face the internet may connect only to what they need, and be reached only by who needs them (docs/security.md). With flannel it takes ${enforcerMemory}Mi on each board; another network must enforce NetworkPolicies itself.`,
    ),
    metrics: flag(true, "metrics-server, for `kubectl top`."),
    systemUpdates,
  })
  .describe("The Kubernetes cluster that the boards form.");

/** Whether a range is written with its first address, and is neither too large nor too small. */
function isNetwork(value: string, shortest: number, longest: number): boolean {
  if (!ipaddr.IPv4.isValidCIDRFourPartDecimal(value)) return false;
  const [address, prefix] = value.split("/");
  const isFirst = ipaddr.IPv4.networkAddressFromCIDR(value).toString() === address;
  return isFirst && Number(prefix) >= shortest && Number(prefix) <= longest;
}
