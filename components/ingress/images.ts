// The version that CVE-2026-137481 (published 2026-11-26) names as repaired, of 2026-11-12; before it 3.7.12 and
// 3.7.13 repaired header aliases, opaque targets and the telling of users. Tags and arm64v8 of each version:
// library/traefik of docker-library/official-images, 2026-08-21.
/** The image of Traefik. */
export const traefikImage = "traefik:v3.7.18";
