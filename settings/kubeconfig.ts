import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { RunError } from "@pulumi/pulumi";
import type { Settings } from "./schema.ts";

const repository = fileURLToPath(new URL("..", import.meta.url));

/**
 * The kubeconfig of a cluster that bramble did not make: what is in the file that the settings name. Undefined if
 * they name none.
 *
 * @throws RunError if there is no such file
 */
export function kubeconfigOf({
  cluster: { kubeconfig: file },
}: Pick<Settings, "cluster">): string | undefined {
  if (file === undefined) return undefined;
  // A relative path starts at the folder of Pulumi.yaml.
  const absolute = path.resolve(repository, file);
  try {
    return readFileSync(absolute, "utf8");
  } catch {
    throw new RunError(
      `bramble:cluster.kubeconfig: can't read ${absolute}. On a control plane created with kubeadm it is ` +
        "/etc/kubernetes/admin.conf; copy it from there, or correct the path.",
    );
  }
}
