import { z } from "zod";
import { dnsLabel } from "../fields/names.ts";
import { refusing } from "../fields/refuse.ts";

/**
 * Names that an app can't have, since its namespace and its backups have its name: the namespaces and backups of
 * Kubernetes and of bramble's own apps.
 */
export const reservedNames: readonly string[] = [
  "backup",
  "backup-server",
  "datadog",
  "default",
  "dns",
  "etcd",
  "etcd-backup",
  "gogs",
  "headlamp",
  "ingress",
  "kube-flannel",
  "kube-node-lease",
  "kube-public",
  "kube-system",
  "restore-test",
  "sensors",
  "traefik",
];

/** Name of an app. Its claims and CronJobs have names that begin with it, of 52 characters at most. */
export const appName = z.string("must be a name").superRefine(refusing(nameError));

function nameError(name: string): string | undefined {
  if (reservedNames.includes(name) || name.startsWith("kube-")) {
    return "is reserved for Kubernetes or one of bramble's own apps; use another name";
  }
  return dnsLabel.test(name) && /^[a-z]/.test(name) && name.length <= 30
    ? undefined
    : "must be lower-case letters, digits and hyphens, beginning with a letter, 30 at most";
}
