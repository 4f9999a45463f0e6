import { isIP } from "node:net";
import type { MemoryPlan } from "../board/memoryPlan.ts";
import type { Admission } from "./admission.ts";
import { controlPlaneSettings } from "./controlPlaneSettings.ts";
import { controlPlaneTaint } from "../board/taints.ts";

/** What holds for the whole cluster. */
export interface ClusterPlan {
  /** Version of Kubernetes without the v: 1.36.3 */
  readonly version: string;
  /** Host and port under which boards reach a control plane: `control-plane.bramble.internal:6443`. It must never change. */
  readonly endpoint: string;
  /** The pods' IPv4 range, as flannel has it. */
  readonly podSubnet: string;
  /** The services' IPv4 range; kubeadm's own is 10.96.0.0/12. */
  readonly serviceSubnet: string;
  /** Checks of kubeadm whose errors are only told, besides those that the memory plan replaces. */
  readonly ignorePreflightErrors: readonly string[];
  /** Memory of each board that is a control plane, the first one first. */
  readonly controlPlanes: readonly MemoryPlan[];
}

/** What kubeadm needs to know of one board. */
export interface NodePlan {
  readonly name: string;
  /** Address or host name under which the other boards reach it. */
  readonly host: string;
  readonly role: "controlPlane" | "worker";
  /** Whether apps may run on it: a control plane that does not take them is tainted. */
  readonly takesApps: boolean;
}

/** A document for kubeadm or the kubelet, to be written as YAML. */
export type KubeadmDocument = Readonly<Record<string, unknown>> & {
  readonly apiVersion: string;
  readonly kind: string;
};

/** Where boards keep the patches that kubeadm applies at every init, join and upgrade. */
const patches = { directory: "/etc/bramble/kubeadm/patches" } as const;

const apiVersion = "kubeadm.k8s.io/v1beta4";

/**
 * Ten times as long as kubeadm waits by default, or more: on SD cards its own times were too short
 * (kubeadm#413, #931, #1380). They bound a failure; what succeeds does not wait for them.
 */
const timeouts = {
  controlPlaneComponentHealthCheck: "20m0s",
  kubeletHealthCheck: "10m0s",
  kubernetesAPICall: "5m0s",
  etcdAPICall: "10m0s",
  tlsBootstrap: "15m0s",
  discovery: "15m0s",
  upgradeManifests: "20m0s",
} as const;

/**
 * kubeadm's checks that the memory plan replaces: it refuses a control plane below 1700 MB or two cores whatever
 * runs on it, while the plan knows what does.
 */
const replacedChecks = ["Mem", "NumCPU"] as const;

/**
 * The whole cluster's configuration, which kubeadm keeps in the ConfigMap kube-system/kubeadm-config. It is the
 * same for all control planes, so the one with the least memory decides.
 *
 * @throws Error without a control plane
 */
export function clusterConfiguration(plan: ClusterPlan): KubeadmDocument {
  const { version, endpoint, podSubnet, serviceSubnet, controlPlanes } = plan;
  const smallest = controlPlanes.reduce((least, each) => (each.capacity < least.capacity ? each : least));
  return {
    apiVersion,
    kind: "ClusterConfiguration",
    kubernetesVersion: `v${version}`,
    controlPlaneEndpoint: endpoint,
    networking: { podSubnet, serviceSubnet },
    ...controlPlaneSettings(smallest, controlPlanes.length),
  };
}

/** How kube-proxy works: with iptables, which is its default and said here so that no upgrade changes it. */
export function kubeProxyConfiguration(): KubeadmDocument {
  return { apiVersion: "kubeproxy.config.k8s.io/v1alpha1", kind: "KubeProxyConfiguration", mode: "iptables" };
}

/** How the first control plane begins. No bootstrap token comes of it: each join has one of its own. */
export function initConfiguration(node: NodePlan, plan: PreflightPlan): KubeadmDocument {
  return {
    apiVersion,
    kind: "InitConfiguration",
    // kubeadm makes one in any case, by default for a day.
    bootstrapTokens: [{ ttl: "1m0s" }],
    nodeRegistration: registration(node, plan),
    ...endpointOf(node),
    patches,
    timeouts,
  };
}

/** How a board joins. Holds the token, so it is a secret. */
export function joinConfiguration(
  node: NodePlan,
  plan: PreflightPlan & Pick<ClusterPlan, "endpoint">,
  { token, caCertHash, certificateKey }: Omit<Admission, "authority" | "period">,
): KubeadmDocument {
  return {
    apiVersion,
    kind: "JoinConfiguration",
    discovery: {
      bootstrapToken: { token, apiServerEndpoint: plan.endpoint, caCertHashes: [caCertHash] },
    },
    nodeRegistration: registration(node, plan),
    ...(node.role === "controlPlane" && { controlPlane: { certificateKey, ...endpointOf(node) } }),
    patches,
    timeouts,
  };
}

/** By which a board that joins says how it gets on. Holds the token, so it is a secret. */
export function admissionKubeconfig(
  { endpoint }: Pick<ClusterPlan, "endpoint">,
  { token, authority }: Pick<Admission, "token" | "authority">,
): KubeadmDocument {
  const name = "admission";
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server: `https://${endpoint}`, "certificate-authority-data": authority } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
  };
}

/** How `kubeadm upgrade apply` and `upgrade node` work on any board. */
export function upgradeConfiguration(plan: PreflightPlan): KubeadmDocument {
  const common = { ignorePreflightErrors: ignoredPreflightErrors(plan), patches };
  return {
    apiVersion,
    kind: "UpgradeConfiguration",
    apply: { ...common, forceUpgrade: true },
    node: common,
    timeouts,
  };
}

/** Every check of kubeadm whose errors are only told. */
export function ignoredPreflightErrors({ ignorePreflightErrors }: PreflightPlan): string[] {
  return [...replacedChecks, ...ignorePreflightErrors];
}

/** A bounded number of CoreDNS pods: two where two boards can hold them, so that one may fail. */
export function coreDnsPatch(boards: number): object {
  return { spec: { replicas: Math.min(boards, 2) } };
}

type PreflightPlan = Pick<ClusterPlan, "ignorePreflightErrors">;

function endpointOf({ host }: NodePlan): object {
  return isIP(host) > 0 ? { localAPIEndpoint: { advertiseAddress: host, bindPort: 6443 } } : {};
}

function registration({ name, host, role, takesApps }: NodePlan, plan: PreflightPlan): object {
  return {
    name,
    criSocket: "unix:///run/containerd/containerd.sock",
    taints: role === "controlPlane" && !takesApps ? [controlPlaneTaint] : [],
    ignorePreflightErrors: ignoredPreflightErrors(plan),
    // A board with two networks, a wire and Wi-Fi, must be known by the one that the settings name.
    ...(isIP(host) > 0 && { kubeletExtraArgs: [{ name: "node-ip", value: host }] }),
  };
}
