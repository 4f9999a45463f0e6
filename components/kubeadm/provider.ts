import { Provider } from "@pulumi/kubernetes";
import { getStack, type Output, secret } from "@pulumi/pulumi";
import { readKubeconfig } from "./kubeconfig.ts";

/**
 * Seconds that a request may take. By default the API server has 32 s to describe itself, and a control plane that
 * workers are just joining may take longer: the provider calls the cluster unreachable then, and all fails.
 */
const patience = 120;

/**
 * The provider for everything in the cluster, or undefined while there is no cluster yet.
 *
 * @param kubeconfig the kubeconfig of a cluster that bramble makes, or the path of another cluster's; a relative
 *   one starts at the folder of Pulumi.yaml
 * @throws RunError if there is no such file
 */
export function clusterProvider(kubeconfig: Output<string> | string | undefined): Provider | undefined {
  if (kubeconfig === undefined) return undefined;
  return new Provider("kubernetes", {
    kubeconfig: typeof kubeconfig === "string" ? secret(readKubeconfig(kubeconfig)) : kubeconfig,
    // Else a changed kubeconfig would replace the provider, and with it everything.
    clusterIdentifier: getStack(),
    kubeClientSettings: { timeout: patience },
    // Changed in place; by default a new one would be made after the old one is deleted.
    enableConfigMapMutable: true,
    enableSecretMutable: true,
  });
}
