import type { BackupSource } from "../storage/backupWorkload.ts";
import { acmeOf } from "./traefikConfig.ts";
import { acmeDirectory, ingressNamespace, traefikUser, type TraefikWorkloadArgs } from "./traefikWorkload.ts";

/** What of Traefik is backed up: ACME's account and certificates, if there are any. */
export function acmeSource(args: TraefikWorkloadArgs): BackupSource | undefined {
  if (!acmeOf(args)) return undefined;
  return {
    app: traefikApp,
    namespace: ingressNamespace,
    data: acmeDirectory(args),
    user: traefikUser,
    watched: ".",
    excludes: ["data/lost+found"],
  };
}

/** Name of Traefik's backups. */
export const traefikApp = "traefik";
