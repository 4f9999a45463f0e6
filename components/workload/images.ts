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

/** An image by its digest. */
export const digestForm = /@sha256:[0-9a-f]{64}$/;
/** At least two numbers: `1.2`, `v3.7.11`, `next-0.14.3`. `3` and `latest` are other programs tomorrow. */
export const exactTag = /\d+\.\d+/;

/** What is wrong with an image whose version must be known; undefined if nothing is. */
export function imageError(image: string): string | undefined {
  const repository = repositoryOf(image);
  if (!/^[a-z0-9][a-z0-9._:/-]*$/.test(repository) || /:\/\/|\/$/.test(repository)) {
    return "must be an image such as ghcr.io/owner/name:1.2.3, in lower case and without a scheme";
  }
  const version = image.slice(repository.length);
  if (digestForm.test(version) || (!version.includes("@") && exactTag.test(version))) return undefined;
  return version === ""
    ? "has no tag, which means latest: another program tomorrow. Add an exact one, such as :1.2.3, or a digest"
    : "can be another program tomorrow. Use an exact tag, such as :1.2.3, or a digest, @sha256: with 64 digits";
}
