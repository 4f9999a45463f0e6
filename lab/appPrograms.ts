// The programs of apps, and of what they need of the internet, that come from Go modules: the newest version of each that the Go module proxy serves. The image
// that the product pins may be some releases ahead.
import path from "node:path";
import type { Tool } from "../tools/catalogue.ts";

const pebbleVersion = "2.10.1";
const traefikVersion = "3.7.13";
const resticVersion = "0.19.1";
const restServerVersion = "0.14.0";
const metricsServerVersion = "0.9.0";
const kubeStateMetricsVersion = "2.20.0";
const statsdExporterVersion = "0.31.0";

/**
 * What that proxy lacks of Traefik's many DNS providers is replaced in its go.mod, by older versions or by what is in
 * standins/.
 */
export const edgeModules = path.join(import.meta.dirname, "modules/edge");
/** Those of backups. */
export const backupModules = path.join(import.meta.dirname, "modules/backup");
/** Those of what counts and measures. */
export const metricsModules = path.join(import.meta.dirname, "modules/metrics");

/** The entrance. */
export const traefik: Tool<"traefik"> = {
  name: "traefik",
  version: traefikVersion,
  versionLine: `Version:      ${traefikVersion}`,
  versionArgs: ["version"],
  releases: {},
  goPackage: "github.com/traefik/traefik/v3/cmd/traefik",
  versionVariable: "github.com/traefik/traefik/v3/pkg/version.Version",
};

/** Let's Encrypt's ACME server for tests. */
export const pebble: Tool<"pebble"> = {
  name: "pebble",
  version: pebbleVersion,
  versionLine: `Pebble version: ${pebbleVersion}`,
  releases: {},
  goPackage: "github.com/letsencrypt/pebble/v2/cmd/pebble",
  versionVariable: "main.version",
};

/** What writes backups, and reads them. */
export const restic: Tool<"restic"> = {
  name: "restic",
  version: resticVersion,
  versionArgs: ["version"],
  versionLine: `restic ${resticVersion}`,
  releases: {},
  goPackage: "github.com/restic/restic/cmd/restic",
};

/** The server of backups. */
export const restServer: Tool<"rest-server"> = {
  name: "rest-server",
  version: restServerVersion,
  versionLine: `rest-server version rest-server ${restServerVersion}`,
  releases: {},
  goPackage: "github.com/restic/rest-server/cmd/rest-server",
};

/** What `kubectl top` asks. It says the version that the linker gives to its client of the API server. */
export const metricsServer: Tool<"metrics-server"> = {
  name: "metrics-server",
  version: metricsServerVersion,
  versionLine: metricsServerVersion,
  releases: {},
  goPackage: "sigs.k8s.io/metrics-server/cmd/metrics-server",
  versionVariable: "k8s.io/client-go/pkg/version.gitVersion",
};

/** The state of the cluster's objects as metrics. */
export const kubeStateMetrics: Tool<"kube-state-metrics"> = {
  name: "kube-state-metrics",
  version: kubeStateMetricsVersion,
  versionArgs: ["version"],
  versionLine: `kube-state-metrics, version ${kubeStateMetricsVersion}`,
  releases: {},
  goPackage: "k8s.io/kube-state-metrics/v2",
  versionVariable: "github.com/prometheus/common/version.Version",
};

/** Prometheus' statsd_exporter, which parses DogStatsD: in the lab it stands in for Datadog's agent. */
export const statsdExporter: Tool<"statsd_exporter"> = {
  name: "statsd_exporter",
  version: statsdExporterVersion,
  versionLine: `statsd_exporter, version ${statsdExporterVersion}`,
  releases: {},
  goPackage: "github.com/prometheus/statsd_exporter",
  versionVariable: "github.com/prometheus/common/version.Version",
};
