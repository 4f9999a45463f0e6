/**
 * Every container image that bramble runs, each with an exact tag and a linux/arm64 variant. The comment
 * gives where tag and architecture were checked.
 */
export const images = {
  // Tag and arm64v8: library/busybox of docker-library/official-images, 2026-08-21.
  busybox: "busybox:1.38.0-musl",
  // DataDog/helm-charts, release datadog-3.261.1 of 2026-10-26, whose default agent this is;
  // datadog-agent's Dockerfiles/agent/Dockerfile builds amd64 and arm64.
  datadogAgent: "registry.datadoghq.com/agent:7.84.6",
  // favonia/cloudflare-ddns, CHANGELOG.markdown of its main branch: 1.18.0 of 2026-10-23, which refuses certificates
  // by eMudhra's compromised authorities (CVE-2026-111943); whoever forged one before could read the token.
  // .github/workflows/build.yaml, at v1.17.0, tags releases without the v and builds linux/arm64/v8.
  dnsUpdater: "favonia/cloudflare-ddns:1.18.0",
  // flannel-io/flannel, tag v0.28.10 of 2026-10-08: Documentation/kube-flannel.yml names both images with their tags,
  // .github/workflows/release.yml builds linux/arm64.
  flannel: "ghcr.io/flannel-io/flannel:v0.28.10",
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
  // The security release of 2026-10-21 (its authorities again, and others), seen in what was released on it:
  // microsoft/playwright-python v1.64.1. Tags and arm64v8 of each version: library/node of
  // docker-library/official-images, 2026-08-21. Not alpine: the release builds of Node are for glibc.
  node: "node:24.22.1-trixie-slim",
  // restic/restic, release v0.20.0 of 2026-11-19: two security fixes of restore. helpers/prepare-release/main.go, at
  // v0.19.1, tags each release without the v and builds linux/arm64 of docker/Dockerfile.release.
  restic: "restic/restic:0.20.0",
  // restic/rest-server, tag v0.14.0: .goreleaser.yml tags each release without the v and builds arm64v8.
  resticServer: "restic/rest-server:0.14.0",
  // The version that CVE-2026-137481 (published 2026-11-26) names as repaired, of 2026-11-12; before it 3.7.12 and
  // 3.7.13 repaired header aliases, opaque targets and the telling of users. Tags and arm64v8 of each version:
  // library/traefik of docker-library/official-images, 2026-08-21.
  traefik: "traefik:v3.7.18",
} as const;
