import { fileURLToPath } from "node:url";
import { backupModules, restic, restServer } from "../../lab/appPrograms.ts";
import type { Tool } from "../../tools/catalogue.ts";
import { obtainTools } from "../../tools/obtain.ts";
import { thisMachine } from "../../tools/setUp.ts";

/** The programs of the backups that tests run, and a server of buckets. */
export type BackupToolName = "restic" | "rest-server" | "versitygw";

// From the modules pinned in go.mod.
const own: readonly Tool<Exclude<BackupToolName, "rest-server">>[] = [
  // Another one than that of the release (scrypt/scrypt.go), so that the cache can hold both.
  { ...restic, version: `${restic.version}-quick-keys` },
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
export async function backupTools(): Promise<Record<BackupToolName, string>> {
  const modules = fileURLToPath(new URL(".", import.meta.url));
  return {
    ...(await obtainTools({ ...thisMachine(), tools: own, modules })),
    ...(await obtainTools({ ...thisMachine(), tools: [restServer], modules: backupModules })),
  };
}
