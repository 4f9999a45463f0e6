/** The images of what counts and measures in the cluster. */
export const metricsImages = {
  // kubernetes-sigs/metrics-server, tag v0.9.0: manifests/components/release/kustomization.yaml; the Makefile's
  // ALL_ARCHITECTURES has arm64.
  metricsServer: "registry.k8s.io/metrics-server/metrics-server:v0.9.0",
  // kubernetes/kube-state-metrics, tag v2.20.0: README.md, "Container Image", which lists arm64.
  kubeStateMetrics: "registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.20.0",
} as const;
