import type { EnforcementLevel } from "@pulumi/policy";
import { resourceRules, rules, stackRules } from "./policies.ts";
import { defaultsOf, faultsOf, type Seen, stackFaultsOf } from "./rule.ts";

/** What a policy has against something. */
export interface Violation {
  /** Name of the resource; undefined where it is the stack's. */
  readonly resource: string | undefined;
  readonly message: string;
}

/** What became of a policy. */
export interface PolicyResult {
  readonly name: string;
  readonly description: string;
  readonly level: EnforcementLevel;
  readonly violations: readonly Violation[];
}

/** What every policy says of a stack, with the default settings. The engine does this by itself. */
export function judge(resources: readonly Seen[]): PolicyResult[] {
  const results = new Map(rules.map((rule) => [rule.name, [] as Violation[]]));
  for (const rule of resourceRules) {
    const config = defaultsOf(rule);
    for (const resource of resources) {
      const faults = faultsOf(rule, resource, config);
      results.get(rule.name)?.push(...faults.map((message) => ({ resource: resource.name, message })));
    }
  }
  for (const rule of stackRules) {
    const faults = stackFaultsOf(rule, resources, defaultsOf(rule));
    results
      .get(rule.name)
      ?.push(...faults.map(({ message, resource }) => ({ resource: resource?.name, message })));
  }
  return policyResults(results);
}

/** The result of every policy, from the violations by its name. */
export function policyResults(violations: ReadonlyMap<string, readonly Violation[]>): PolicyResult[] {
  return rules.map(({ name, description, level }) => {
    return { name, description, level, violations: violations.get(name) ?? [] };
  });
}

/** `policy swap, pi3-1: …`, as a deployment tells it. */
export function violationText(policy: string, { resource, message }: Violation): string {
  return `policy ${policy}, ${resource ?? "the stack"}: ${message}`;
}
