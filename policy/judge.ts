import { rules } from "./policies.ts";
import type { Rule, Seen } from "./rule.ts";

/** What a policy has against something. */
export interface Violation {
  /** Name of the resource; undefined where it is the stack's. */
  readonly resource: string | undefined;
  readonly message: string;
}

/** What became of a policy. */
export interface PolicyResult extends Pick<Rule, "name" | "description" | "level"> {
  readonly violations: readonly Violation[];
}

/** What every policy says of a stack, with the default settings. The engine does this by itself. */
export function judge(resources: readonly Seen[]): PolicyResult[] {
  return policyResults((rule) =>
    rule.violations(resources).map(({ message, resource }) => ({ message, resource: resource?.name })),
  );
}

/** The result of every policy, from what each has against the stack. */
export function policyResults(violationsOf: (rule: Rule) => readonly Violation[]): PolicyResult[] {
  return rules.map((rule) => {
    const { name, description, level } = rule;
    return { name, description, level, violations: violationsOf(rule) };
  });
}

/** `policy swap, pi3-1: …`, as a deployment tells it. */
export function violationText(policy: string, { resource, message }: Violation): string {
  return `policy ${policy}, ${resource ?? "the stack"}: ${message}`;
}
