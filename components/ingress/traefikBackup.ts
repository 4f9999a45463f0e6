import { entrance } from "../app/entrance.ts";
import type { BackedUp, BackupSource } from "../app/backupWorkload.ts";
import { acmeOf } from "./traefikConfig.ts";
import { acmeDirectory, traefikUser, type TraefikWorkloadArgs } from "./traefikWorkload.ts";

/** Name of Traefik's backups. */
const traefikApp = "traefik";

/** What of Traefik is backed up: ACME's account and certificates, if there are any. */
function acmeSource(args: TraefikWorkloadArgs): BackupSource | undefined {
  if (!acmeOf(args)) return undefined;
  return {
    app: traefikApp,
    namespace: entrance.namespace,
    data: acmeDirectory(args),
    user: traefikUser,
    watched: ".",
    excludes: ["data/lost+found"],
  };
}

/** How it is backed up, if it is. */
export function traefikBackup(args: TraefikWorkloadArgs): BackedUp | undefined {
  const source = acmeSource(args);
  return source && args.backup && { source, plan: args.backup };
}
