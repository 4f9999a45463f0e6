// The policies by themselves, for a pack of another program's own.
export { rules } from "./policies.ts";
export { policyOf, type Rule, type RuleViolation, type Seen } from "./rule.ts";
