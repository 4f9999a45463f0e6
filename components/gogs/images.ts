// gogs/gogs, tag v0.14.3: .github/workflows/docker.yml tags each release's rootless image (Dockerfile.next) as
// next-<version> and builds linux/arm64.
/** The image of Gogs. */
export const gogsImage = "gogs/gogs:next-0.14.3";
