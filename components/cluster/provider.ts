import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { type Output, RunError, secret } from "@pulumi/pulumi";

const repository = fileURLToPath(new URL("../..", import.meta.url));

/**
 * The credentials for a cluster, a secret.
 *
 * @param file path of a kubeconfig; a relative one starts at the folder of Pulumi.yaml
 * @throws RunError if there is no such file
 */
export function readKubeconfig(file: string): Output<string> {
  const absolute = path.resolve(repository, file);
  try {
    return secret(readFileSync(absolute, "utf8"));
  } catch {
    throw new RunError(
      `bramble:cluster.kubeconfig: no file can be read at ${absolute}. On a control plane that kubeadm made it is ` +
        "/etc/kubernetes/admin.conf; copy it there, or set the path of yours.",
    );
  }
}
