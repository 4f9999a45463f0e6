import { getOrganization, getProject, getStack, runtime } from "@pulumi/pulumi";

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
