import { fileURLToPath } from "node:url";
import type { Tool } from "../../tools/catalogue.ts";
import { obtainTools } from "../../tools/obtain.ts";
import { thisMachine } from "../../tools/setUp.ts";

/** The programs of the backups that tests run, and a server of buckets. */
export type BackupToolName = "restic" | "rest-server" | "versitygw";

// From the modules pinned in go.mod: the newest that the Go module proxy serves. restic's image is one ahead.
const catalogue: readonly Tool<BackupToolName>[] = [
  {
    name: "restic",
    // Another one than that of the release (scrypt/scrypt.go), so that the cache can hold both.
    version: "0.19.1-quick-keys",
    versionArgs: ["version"],
    versionLine: "restic 0.19.1",
    releases: {},
    goPackage: "github.com/restic/restic/cmd/restic",
  },
  {
    name: "rest-server",
    version: "0.14.0",
    versionLine: "rest-server version rest-server 0.14.0",
    releases: {},
    goPackage: "github.com/restic/rest-server/cmd/rest-server",
  },
  {
    name: "versitygw",
    version: "1.8.0",
    // What it says of itself where its own build script has not set a version.
    versionLine: "Version  : git",
    releases: {},
    goPackage: "github.com/versity/versitygw/cmd/versitygw",
  },
];

/** Milliseconds for `backupTools`, which builds them the first time. */
export const buildPatience = 30 * 60_000;

/** The absolute path of each. */
export function backupTools(): Promise<Record<BackupToolName, string>> {
  const modules = fileURLToPath(new URL(".", import.meta.url));
  return obtainTools({ ...thisMachine(), tools: catalogue, modules });
}
