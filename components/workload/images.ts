/**
 * Container images that several apps run; those of one app are in its folder. Each has an exact tag and a linux/arm64
 * variant, and a comment that gives where both were checked.
 */
export const images = {
  // Tag and arm64v8: library/busybox of docker-library/official-images, 2026-08-21.
  busybox: "busybox:1.38.0-musl",
  // The security release of 2026-10-21 (its authorities again, and others), seen in what was released on it:
  // microsoft/playwright-python v1.64.1. Tags and arm64v8 of each version: library/node of
  // docker-library/official-images, 2026-08-21. Not alpine: the release builds of Node are for glibc.
  node: "node:24.22.1-trixie-slim",
  // restic/restic, release v0.20.0 of 2026-11-19: two security fixes of restore. helpers/prepare-release/main.go, at
  // v0.19.1, tags each release without the v and builds linux/arm64 of docker/Dockerfile.release.
  restic: "restic/restic:0.20.0",
} as const;

/** An image without its tag or digest. */
export function repositoryOf(image: string): string {
  return image.replace(/@.*$/, "").replace(/:[^/:]*$/, "");
}
