// restic/rest-server, tag v0.14.0: .goreleaser.yml tags each release without the v and builds arm64v8.
/** The image of the backup server. */
export const backupServerImage = "restic/rest-server:0.14.0";
