// favonia/cloudflare-ddns, CHANGELOG.markdown of its main branch: 1.18.0 of 2026-10-23, which refuses certificates
// by eMudhra's compromised authorities (CVE-2026-111943); whoever forged one before could read the token.
// .github/workflows/build.yaml, at v1.17.0, tags releases without the v and builds linux/arm64/v8.
/** The image of the updater. */
export const updaterImage = "favonia/cloudflare-ddns:1.18.0";
