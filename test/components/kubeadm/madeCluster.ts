import { runtime } from "@pulumi/pulumi";
import { kubeletConfiguration } from "../../../components/board/kubeletConfig.ts";
import { memoryPlan } from "../../../components/board/memoryPlan.ts";
import type { ClusterLayout, ClusterNode } from "../../../components/kubeadm/clusterLayout.ts";

/** A certificate authority of nothing, and the digest of its public key as openssl has it. */
const authority = `-----BEGIN CERTIFICATE-----
MIIBNDCB56ADAgECAhQx6X1l+/vm97rFRUlTfajfwLbv9jAFBgMrZXAwDzENMAsG
A1UEAwwEdGVzdDAgFw0yNjExMjIxNjQwMDdaGA8yMTI2MTAyOTE2NDAwN1owDzEN
MAsGA1UEAwwEdGVzdDAqMAUGAytlcAMhAAXqo/g6AXAPXjG+dwg9LWLCS5p+UILu
zFwr/SWq36lko1MwUTAdBgNVHQ4EFgQUGnHaha3adKXQhTb2+a/U/ZFnI2owHwYD
VR0jBBgwFoAUGnHaha3adKXQhTb2+a/U/ZFnI2owDwYDVR0TAQH/BAUwAwEB/zAF
BgMrZXADQQD2tRUo37/9OIVsghBs8OJlFIcwuYrnc3lsSkDhMNKAoqg2U+tRm73v
ZT8+BXu+paFZM9KEc9OsSJ9N0RXLZLoH
-----END CERTIFICATE-----
`;
export const authorityHash = "sha256:027160efa3dcceb1ba3ae75d087b487ff393e3108bfbefbe5a2098ce68bbd9ed";

/** What a control plane's credentials look like. */
export const kubeconfig = JSON.stringify({
  clusters: [{ cluster: { "certificate-authority-data": Buffer.from(authority).toString("base64") } }],
});

/** Outputs that a program needs of the resources that a mock makes. */
export function outputsOf(type: string, name: string, inputs: object = {}): Record<string, unknown> {
  if (type === "pulumi:index:Stash") return { output: (inputs as { input: unknown }).input };
  if (type.endsWith(":RandomPassword")) return { result: "abcdef0123456789abcdef" };
  if (type.endsWith(":RandomBytes")) return { hex: "1".repeat(64) };
  if (type === "command:remote:Command")
    return { stdout: name.endsWith("-credentials") ? kubeconfig : "ssh-ed25519 AAAA\n" };
  return {};
}

/** The SDK's own mock of the engine knows no hooks. Call it when the mocks are set. */
export function allowHooks(): void {
  const monitor = runtime.getMonitor() as unknown as Record<string, unknown>;
  const accept = (_: unknown, done: (error: null, answer: object) => void): void => {
    done(null, {});
  };
  monitor.registerResourceHook = accept;
  monitor.registerErrorHook = accept;
}

/** What follows from a board's capacity in MiB. */
export function plannedFor(capacity: number): Pick<ClusterNode, "kubelet" | "memory"> {
  const memory = memoryPlan(capacity);
  return { memory, kubelet: kubeletConfiguration(memory) };
}

const node = (name: string, changes: Partial<ClusterNode>): ClusterNode => ({
  name,
  host: `192.168.1.${name.length}`,
  role: "worker",
  takesApps: true,
  ...plannedFor(905),
  hostKey: `ssh-ed25519 ${name}`,
  labels: {},
  taints: [],
  ...changes,
});

/** A control plane and two workers. */
export const layout: ClusterLayout = {
  version: "1.36.3",
  endpoint: "192.168.1.2:6443",
  podSubnet: "10.244.0.0/16",
  serviceSubnet: "10.96.0.0/12",
  ignorePreflightErrors: [],
  hasNetwork: true,
  nodes: [
    node("cp", { role: "controlPlane", takesApps: false, ...plannedFor(1848) }),
    node("one", {}),
    node("other", {}),
  ],
};
