// metrics-server and kube-state-metrics.
export type { WatchedCertificates } from "./certificateCheck.ts";
export { KubeStateMetrics, type KubeStateMetricsArgs, kubeStateMetricsWorkload } from "./kubeStateMetrics.ts";
export { MetricsServer } from "./metrics.ts";
export { metricsServerWorkload } from "./metricsWorkload.ts";
