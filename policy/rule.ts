import type {
  EnforcementLevel,
  PolicyConfigSchema,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import { z } from "zod";

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

/** The schemas of a rule's settings, with a default and a description each. */
export type Settings = Readonly<Record<string, z.ZodType>>;

/** What a rule is told: its settings, and what it leaves out. */
export type Config<S extends Settings> = z.infer<z.ZodObject<S>> & { readonly exempt: readonly string[] };

/** A setting that is a list of names. */
export const names = z.array(z.string());

/** What is wrong, why that matters, and the remedy, each in a message; whatever is no text says nothing. */
export type Messages = readonly (string | false | undefined)[];

/** What a rule has against something. */
export interface RuleViolation {
  readonly message: string;
  /** Undefined where it is the stack's. */
  readonly resource?: Seen | undefined;
}

/** Something that the pack wants. */
export interface Rule {
  /** Its name in reports and in the file of settings. */
  readonly name: string;
  /** What it wants, in a sentence. */
  readonly description: string;
  readonly level: EnforcementLevel;
  readonly configSchema: PolicyConfigSchema;
  /** Whether it judges each resource by itself, or a stack as a whole. */
  readonly judges: "resource" | "stack";
  /** Whether it has something to judge in a resource: a stack without any such one passes. */
  concerns(resource: Seen, settings?: object): boolean;
  /**
   * What it has against resources.
   *
   * @param settings those that differ from their defaults
   */
  violations(resources: readonly Seen[], settings?: object): RuleViolation[];
}

interface Basis<S extends Settings> extends Pick<Rule, "name" | "description"> {
  /** Default: mandatory. */
  readonly level?: EnforcementLevel;
  /** Default: none. */
  readonly settings?: S;
  /** What is left out by default: `namespace/name` in a cluster, else a resource's name. */
  readonly exempt?: readonly string[];
}

/**
 * A rule that judges each resource by itself.
 *
 * @param rule `subject` is what the rule judges of a resource, and what that is called, or undefined for one that it
 *   does not concern
 */
export function resourceRule<S extends Settings, T extends { readonly id: string }>(
  rule: Basis<S> & {
    subject(resource: Seen, config: Config<NoInfer<S>>): T | undefined;
    messages(subject: NoInfer<T>, config: Config<NoInfer<S>>): Messages;
  },
): Rule {
  return ruleOf(rule, {
    judges: "resource",
    concerns: (resource, config) => rule.subject(resource, config) !== undefined,
    violations: (resources, config) =>
      resources.flatMap((resource) => {
        const subject = rule.subject(resource, config);
        if (subject === undefined || config.exempt.includes(subject.id)) return [];
        const messages = rule.messages(subject, config).filter((each) => typeof each === "string");
        return messages.map((message) => ({ message, resource }));
      }),
  });
}

interface Judging<S extends Settings> {
  concerns(resource: Seen, config: Config<NoInfer<S>>): boolean;
  violations(resources: readonly Seen[], config: Config<NoInfer<S>>): RuleViolation[];
}

/**
 * A rule that judges a whole stack.
 *
 * @param rule `concerns` tells the resources without which it has nothing to judge
 */
export function stackRule<S extends Settings>(rule: Basis<S> & Judging<S>): Rule {
  return ruleOf(rule, {
    judges: "stack",
    concerns: (resource, config) => rule.concerns(resource, config),
    violations: (resources, config) =>
      resources.some((resource) => rule.concerns(resource, config)) ? rule.violations(resources, config) : [],
  });
}

function ruleOf<S extends Settings>(
  { name, description, level = "mandatory", settings = {} as S, exempt = [] }: Basis<S>,
  judging: Judging<S> & Pick<Rule, "judges">,
): Rule {
  const own = z.object(settings);
  const ofAll = z.object({
    exempt: names
      .default([...exempt])
      .describe("What the policy skips: namespace/name of a Kubernetes object, or else a resource's name."),
  });
  const configOf = (given: object) => ({ ...own.parse(given), ...ofAll.parse(given) });
  return {
    name,
    description,
    level,
    configSchema: { properties: { ...propertiesOf(own), ...propertiesOf(ofAll) } },
    judges: judging.judges,
    concerns: (resource, given = {}) => judging.concerns(resource, configOf(given)),
    violations: (resources, given = {}) => judging.violations(resources, configOf(given)),
  };
}

function propertiesOf(schema: z.ZodObject): PolicyConfigSchema["properties"] {
  return z.toJSONSchema(schema, { io: "input" }).properties as PolicyConfigSchema["properties"];
}

/** The rule as Pulumi's engine takes it. */
export function policyOf(rule: Rule): ResourceValidationPolicy | StackValidationPolicy {
  const { name, description, level: enforcementLevel, configSchema } = rule;
  const common = { name, description, enforcementLevel, configSchema };
  if (rule.judges === "resource") {
    return {
      ...common,
      validateResource: (args, report) => {
        const resource = { ...args, isProtected: args.opts.protect };
        for (const { message } of rule.violations([resource], args.getConfig())) report(message);
      },
    };
  }
  return {
    ...common,
    validateStack: (args, report) => {
      const urns = new Map<Seen, string>();
      for (const each of args.resources) urns.set({ ...each, isProtected: each.opts.protect }, each.urn);
      for (const { message, resource } of rule.violations([...urns.keys()], args.getConfig())) {
        report(message, resource && urns.get(resource));
      }
    },
  };
}
