import type { ResourceValidationArgs, ResourceValidationPolicy } from "@pulumi/policy";
import { policies } from "../policy/policies.ts";

/**
 * What the policies say of a resource, with the settings that their schemas give as defaults. The engine does
 * this by itself; this is for deployments without one.
 */
export async function violationsOf(
  type: string,
  name: string,
  props: Record<string, unknown>,
): Promise<string[]> {
  const violations: string[] = [];
  for (const policy of policies) {
    const report = (message: string) => violations.push(`policy ${policy.name}, ${name}: ${message}`);
    const args = {
      type,
      name,
      props,
      getConfig: () => defaultsOf(policy),
    } as unknown as ResourceValidationArgs;
    for (const validate of [policy.validateResource ?? []].flat()) await validate(args, report);
  }
  return violations;
}

function defaultsOf({ configSchema }: ResourceValidationPolicy): Record<string, unknown> {
  const properties = Object.entries(configSchema?.properties ?? {});
  return Object.fromEntries(properties.map(([key, { default: value }]) => [key, value]));
}
