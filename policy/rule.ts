import type {
  EnforcementLevel,
  PolicyConfigSchema,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";

/** A resource as a rule sees it: before it is made by its inputs, in a whole stack by its outputs. */
export interface Seen {
  /** `kubernetes:apps/v1:Deployment`, `bramble:board:Board`. */
  readonly type: string;
  /** Its name in the program. */
  readonly name: string;
  readonly props: Readonly<Record<string, unknown>>;
  /** Whether it was registered with `protect`. */
  readonly isProtected: boolean;
}

/** A rule's settings, with the defaults of its schema filled in. */
export type Config = Readonly<Record<string, unknown>>;

interface RuleBasis {
  /** Its name in reports and in the file of settings. */
  readonly name: string;
  /** What it wants, in a sentence. */
  readonly description: string;
  readonly level: EnforcementLevel;
  /** Its own settings, as JSON Schema with a default and a description each. */
  readonly settings?: PolicyConfigSchema["properties"];
  /** What is left out by default: `namespace/name` in a cluster, else a resource's name. */
  readonly exempt?: readonly string[];
}

/** A rule that judges each resource by itself. Each fault says what is wrong, why that matters, and the remedy. */
export interface ResourceRule extends RuleBasis {
  /** What a resource is called that the rule judges; undefined for one that it does not concern. */
  subject(resource: Seen, config: Config): string | undefined;
  faults(resource: Seen, config: Config): string[];
}

/** Something wrong with a whole stack, and the resource to which it is said, if it is one's. */
export interface StackFault {
  readonly message: string;
  readonly resource?: Seen;
}

/** A rule that judges a whole stack. */
export interface StackRule extends RuleBasis {
  /** The resources without which it has nothing to judge. */
  concerns(resource: Seen, config: Config): boolean;
  stackFaults(resources: readonly Seen[], config: Config): StackFault[];
}

export type Rule = ResourceRule | StackRule;

/** The settings that a rule takes: its own, and what it leaves out. */
export function settingsOf({ settings, exempt = [] }: Rule): PolicyConfigSchema {
  const leftOut = {
    type: "array" as const,
    items: { type: "string" as const },
    default: [...exempt],
    description: "What the policy skips: namespace/name of a Kubernetes object, or else a resource's name.",
  };
  return { properties: { ...settings, exempt: leftOut } };
}

/** The settings of a rule where nobody sets any. */
export function defaultsOf(rule: Rule): Config {
  const properties = Object.entries(settingsOf(rule).properties);
  return Object.fromEntries(properties.map(([key, { default: value }]) => [key, value as unknown]));
}

/** What a rule says of a resource. */
export function faultsOf(rule: ResourceRule, resource: Seen, config: Config): string[] {
  const subject = rule.subject(resource, config);
  return subject === undefined || isExempt(subject, config) ? [] : rule.faults(resource, config);
}

/** What a rule says of a stack. */
export function stackFaultsOf(rule: StackRule, resources: readonly Seen[], config: Config): StackFault[] {
  return resources.some((resource) => rule.concerns(resource, config))
    ? rule.stackFaults(resources, config)
    : [];
}

/** Whether a name is among those that a rule leaves out. */
export function isExempt(name: string, { exempt }: Config): boolean {
  return (exempt as readonly string[]).includes(name);
}

/** The rule as Pulumi's engine takes it. */
export function policyOf(rule: Rule): ResourceValidationPolicy | StackValidationPolicy {
  const { name, description, level } = rule;
  const common = { name, description, enforcementLevel: level, configSchema: settingsOf(rule) };
  if ("faults" in rule) {
    return {
      ...common,
      validateResource: (args, report) => {
        const resource = { ...args, isProtected: args.opts.protect };
        for (const fault of faultsOf(rule, resource, args.getConfig())) report(fault);
      },
    };
  }
  return {
    ...common,
    validateStack: (args, report) => {
      const urns = new Map<Seen, string>();
      for (const each of args.resources) urns.set({ ...each, isProtected: each.opts.protect }, each.urn);
      for (const { message, resource } of stackFaultsOf(rule, [...urns.keys()], args.getConfig())) {
        report(message, resource && urns.get(resource));
      }
    },
  };
}
