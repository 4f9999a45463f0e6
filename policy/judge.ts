import type { EnforcementLevel } from "@pulumi/policy";
import { rules } from "./policies.ts";
import type { Seen } from "./rule.ts";

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
  const violations = rules.map((rule) => {
    const own = rule.violations(resources);
    return [rule.name, own.map(({ message, resource }) => ({ message, resource: resource?.name }))] as const;
  });
  return policyResults(new Map(violations));
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
