import { core } from "@pulumi/kubernetes";
import type { CustomResourceOptions } from "@pulumi/pulumi";

/**
 * The pod security standard that the API server enforces in a namespace
 * (https://kubernetes.io/docs/concepts/security/pod-security-standards/). `restricted` unless the program
 * cannot do its work with it.
 */
export type PodSecurity = "restricted" | "baseline" | "privileged";

/** Registers a namespace with its pod security standard enforced. */
export function registerNamespace(
  resourceName: string,
  name: string,
  podSecurity: PodSecurity,
  opts: CustomResourceOptions,
): core.v1.Namespace {
  const labels = { "pod-security.kubernetes.io/enforce": podSecurity };
  return new core.v1.Namespace(resourceName, { metadata: { name, labels } }, opts);
}
