import type {
  EnforcementLevel,
  PolicyConfigSchema,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import { z } from "zod";
import { QuantityError } from "../components/workload/quantity.ts";
import {
  judgeKnown,
  judgeStack,
  type Judgement,
  type RuleViolation,
  type Seen,
  unknownName,
} from "./seen.ts";

export type { RuleViolation, Seen } from "./seen.ts";

/** The schemas of a rule's settings, with a default and a description each. */
export type Settings = Readonly<Record<string, z.ZodType>>;

/** What a rule is told: its settings, and what it leaves out. */
export type Config<S extends Settings> = z.infer<z.ZodObject<S>> & { readonly exempt: readonly string[] };

/** A setting that is a list of names. */
export const names = z.array(z.string());

/** What is wrong, why that matters, and the remedy, each in a message; whatever is no text says nothing. */
export type Messages = readonly (string | false | undefined)[];

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
   * What it has against resources, as far as they are known.
   *
   * @param settings those that differ from their defaults
   */
  violations(resources: readonly Seen[], settings?: object): RuleViolation[];
  /** The same, with what is unknown in a preview. */
  judge(resources: readonly Seen[], settings?: object): Judgement;
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
 * @param rule `subject` is what the rule judges of a resource, and what that is called; several, or undefined for one
 *   that it does not concern
 */
export function resourceRule<S extends Settings, T extends { readonly id: string }>(
  rule: Basis<S> & {
    subject(resource: Seen, config: Config<NoInfer<S>>): T | readonly T[] | undefined;
    messages(subject: NoInfer<T>, config: Config<NoInfer<S>>): Messages;
  },
): Rule {
  return ruleOf(rule, {
    judges: "resource",
    concerns: (resource, config) => subjectsOf(rule.subject(resource, config)).length > 0,
    judge: (resources, config) => {
      const each = resources.map((resource) =>
        judgeKnown(resource, (known) => {
          const subjects = subjectsOf(rule.subject(known, config));
          const judged = subjects.filter(({ id }) => !isExempt(id, config.exempt));
          return judged.flatMap((subject) => messagesOf(() => rule.messages(subject, config)));
        }),
      );
      const unknown = each.find((one) => one.unknown !== undefined)?.unknown;
      return { violations: each.flatMap(({ violations }) => violations), unknown };
    },
  });
}

function subjectsOf<T extends { readonly id: string }>(found: T | readonly T[] | undefined): readonly T[] {
  return found === undefined ? [] : "id" in found ? [found] : found;
}

/** A quantity that is none is a violation as well. The engine would take the error for the pack's own. */
function messagesOf(messages: () => Messages): string[] {
  try {
    return messages().filter((each) => typeof each === "string");
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error;
    return [`${error.message}, and Kubernetes rejects it. Correct it.`];
  }
}

/** Whether something is left out. What may be, once its name is known, is until then. */
function isExempt(id: string, exempt: readonly string[]): boolean {
  const parts = id.split("/");
  return exempt.some(
    (entry) =>
      entry === id ||
      (parts.includes(unknownName) &&
        entry.split("/").every((part, i) => parts[i] === unknownName || parts[i] === part)),
  );
}

interface Judging<S extends Settings> {
  concerns(resource: Seen, config: Config<NoInfer<S>>): boolean;
  judge(resources: readonly Seen[], config: Config<NoInfer<S>>): Judgement;
}

interface StackJudging<S extends Settings> {
  concerns(resource: Seen, config: Config<NoInfer<S>>): boolean;
  violations(resources: readonly Seen[], config: Config<NoInfer<S>>): RuleViolation[];
  /**
   * Whether a violation remains one without a resource. In a preview, one in which something unknown is needed is left
   * aside then; else nothing is said. Default: false.
   */
  mayOmit?(resource: Seen): boolean;
}

/**
 * A rule that judges a whole stack.
 *
 * @param rule `concerns` tells the resources without which it has nothing to judge
 */
export function stackRule<S extends Settings>(rule: Basis<S> & StackJudging<S>): Rule {
  return ruleOf(rule, {
    judges: "stack",
    concerns: (resource, config) => rule.concerns(resource, config),
    judge: (resources, config) =>
      resources.some((resource) => rule.concerns(resource, config))
        ? judgeStack(
            resources,
            (each) => rule.mayOmit?.(each) === true,
            (known) => rule.violations(known, config),
          )
        : { violations: [] },
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
    violations: (resources, given = {}) => judging.judge(resources, configOf(given)).violations,
    judge: (resources, given = {}) => judging.judge(resources, configOf(given)),
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
        const { violations, unknown } = rule.judge([resource], args.getConfig());
        for (const { message } of violations) report(message);
        // The engine says of it that the policy can't be run before the update.
        if (unknown !== undefined) throw unknown;
      },
    };
  }
  return {
    ...common,
    validateStack: (args, report) => {
      const urns = new Map<Seen, string>();
      for (const each of args.resources) urns.set({ ...each, isProtected: each.opts.protect }, each.urn);
      const { violations, unknown } = rule.judge([...urns.keys()], args.getConfig());
      for (const { message, resource } of violations) report(message, resource && urns.get(resource));
      if (unknown !== undefined) throw unknown;
    },
  };
}
