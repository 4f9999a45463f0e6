/** The outputs that a stack has, without those that are undefined: the engine would warn of each. */
export function outputsOf(outputs: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(outputs).filter(([, value]) => value !== undefined));
}

/**
 * The commands that show the outputs which `pulumi up` hides.
 *
 * @param hasKubeconfig whether one of them is the kubeconfig of the cluster
 */
export function commandsFor(stack: string, hasKubeconfig: boolean): Record<string, string> {
  const show = (output: string) => `npx pulumi stack output ${output}--show-secrets -s ${stack}`;
  return {
    secrets: show(""),
    ...(hasKubeconfig && { kubeconfig: `${show("kubeconfig ")} >kubeconfig.${stack}` }),
  };
}
