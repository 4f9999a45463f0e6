// The programs of apps that come from Go modules: the newest version of each that the Go module proxy serves. The image
// that the product pins may be some releases ahead.
import path from "node:path";
import type { Tool } from "../tools/catalogue.ts";

const traefikVersion = "3.7.13";
const resticVersion = "0.19.1";
const restServerVersion = "0.14.0";

/**
 * What that proxy lacks of Traefik's many DNS providers is replaced in its go.mod, by older versions or by what is in
 * standins/.
 */
export const edgeModules = path.join(import.meta.dirname, "modules/edge");
/** Those of backups. */
export const backupModules = path.join(import.meta.dirname, "modules/backup");

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
