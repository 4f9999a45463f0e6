import { Provider } from "@pulumi/kubernetes";
import { getStack, type Input, secret } from "@pulumi/pulumi";

/**
 * Seconds that a request may take. By default the API server has 32 s to describe itself, and a control plane that
 * workers are just joining may take longer: the provider calls the cluster unreachable then, and all fails.
 */
const patience = 120;

/**
 * The provider for everything in the cluster.
 *
 * @param kubeconfig the cluster's; a secret, whether it comes as one or not
 * @param name the provider's Pulumi name, another one for each cluster of a program
 */
export function clusterProvider(kubeconfig: Input<string>, name = "kubernetes"): Provider {
  return new Provider(name, {
    kubeconfig: secret(kubeconfig),
    // Else a changed kubeconfig would replace the provider, and with it everything.
    clusterIdentifier: getStack(),
    kubeClientSettings: { timeout: patience },
    // Changed in place; by default a new one would be made after the old one is deleted.
    enableConfigMapMutable: true,
    enableSecretMutable: true,
  });
}
