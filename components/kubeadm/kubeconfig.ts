import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { getOrganization, getProject, getStack, RunError, runtime } from "@pulumi/pulumi";

const repository = fileURLToPath(new URL("../..", import.meta.url));

/**
 * The kubeconfig of a cluster that bramble did not make.
 *
 * @param file its path; a relative one starts at the folder of Pulumi.yaml
 * @throws RunError if there is no such file
 */
export function readKubeconfig(file: string): string {
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

/**
 * The kubeconfig of the cluster that bramble made, as the stack's last update put it out; undefined before the first
 * one. The function is the one behind a StackReference, which would be a resource of the stack: so it is known before
 * anything is registered.
 */
export async function deployedKubeconfig(): Promise<string | undefined> {
  const name = `${getOrganization()}/${getProject()}/${getStack()}`;
  const { outputs } = (await runtime.invoke("pulumi:pulumi:readStackOutputs", { name })) as {
    outputs?: { kubeconfig?: unknown };
  };
  const kubeconfig = outputs?.kubeconfig;
  return typeof kubeconfig === "string" ? kubeconfig : undefined;
}
