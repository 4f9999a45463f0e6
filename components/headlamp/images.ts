// kubernetes-sigs/headlamp, tag v0.45.0 of 2026-08-21: charts/headlamp/values.yaml and Chart.yaml name the image and its
// tag, .github/workflows/container-publish.yml builds linux/arm64 of Dockerfile (Alpine, a user of its own).
/** The image of Headlamp. */
export const headlampImage = "ghcr.io/headlamp-k8s/headlamp:v0.45.0";
