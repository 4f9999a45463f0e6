/**
 * Every container image that bramble runs, each with an exact tag and a linux/arm64 variant. The comment
 * gives where tag and architecture were checked.
 */
export const images = {
  // Tag and arm64v8: library/busybox of docker-library/official-images, 2026-08-21.
  busybox: "busybox:1.38.0-musl",
  // DataDog/helm-charts, tag datadog-3.240.0: charts/datadog/values.yaml names tag and registry;
  // datadog-agent's Dockerfiles/agent/Dockerfile builds amd64 and arm64.
  datadogAgent: "registry.datadoghq.com/agent:7.81.1",
  // favonia/cloudflare-ddns, tag v1.17.0: .github/workflows/build.yaml tags releases without the v and builds
  // linux/arm64/v8.
  dnsUpdater: "favonia/cloudflare-ddns:1.17.0",
  // flannel-io/flannel, tag v0.28.9: Documentation/kube-flannel.yml names both images with their tags,
  // .github/workflows/release.yml builds linux/arm64.
  flannel: "ghcr.io/flannel-io/flannel:v0.28.9",
  // As above; flannel-io/cni-plugin's .github/workflows/release.yml builds linux/arm64.
  flannelCniPlugin: "ghcr.io/flannel-io/flannel-cni-plugin:v1.9.1-flannel3",
  // gogs/gogs, tag v0.14.3: .github/workflows/docker.yml tags each release's rootless image (Dockerfile.next) as
  // next-<version> and builds linux/arm64.
  gogs: "gogs/gogs:next-0.14.3",
  // kubernetes/kube-state-metrics, tag v2.20.0: README.md, "Container Image", which lists arm64.
  kubeStateMetrics: "registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.20.0",
  // kubernetes-sigs/metrics-server, tag v0.9.0: manifests/components/release/kustomization.yaml; the Makefile's
  // ALL_ARCHITECTURES has arm64.
  metricsServer: "registry.k8s.io/metrics-server/metrics-server:v0.9.0",
  // Tag and arm64v8: library/node of docker-library/official-images, 2026-08-21. Not alpine: the release builds
  // of Node are for glibc.
  node: "node:24.19.0-trixie-slim",
  // restic/restic, tag v0.19.1: helpers/prepare-release/main.go tags each release without the v and builds
  // linux/arm64 of docker/Dockerfile.release.
  restic: "restic/restic:0.19.1",
  // restic/rest-server, tag v0.14.0: .goreleaser.yml tags each release without the v and builds arm64v8.
  resticServer: "restic/rest-server:0.14.0",
  // Tag and arm64v8: library/traefik of docker-library/official-images, 2026-08-21.
  traefik: "traefik:v3.7.11",
} as const;
