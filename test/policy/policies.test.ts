import { describe, expect, it } from "vitest";
import { resourceRules, rules, stackRules } from "../../policy/policies.ts";
import {
  type Config,
  defaultsOf,
  faultsOf,
  type Rule,
  type Seen,
  settingsOf,
  stackFaultsOf,
} from "../../policy/rule.ts";
import { resourceCases } from "./cases.ts";
import { board, controlPlane, type Declared, deployment } from "./sound.ts";
import { stackCases } from "./stackCases.ts";

const seen = ({ type, name, props, isProtected = false }: Declared): Seen => ({
  type,
  name,
  props,
  isProtected,
});
const configOf = (rule: Rule, config: Config = {}) => ({ ...defaultsOf(rule), ...config });

function ruleOf<T extends Rule>(all: readonly T[], name: string): T {
  const found = all.find((rule) => rule.name === name);
  if (!found) throw new Error(`no policy is called ${name}`);
  return found;
}

const titled = resourceCases.map(
  (each) => [each.policy, each.says ?? "nothing", each.resource.name, each] as const,
);

describe("a policy for resources", () => {
  it.each(titled)("%s says %s (%s)", (_, __, ___, { policy, resource, says, config }) => {
    const rule = ruleOf(resourceRules, policy);
    const faults = faultsOf(rule, seen(resource), configOf(rule, config));
    expect(faults).toEqual(says === undefined ? [] : [expect.stringContaining(says)]);
    // What may be read of a secret is where it is, not what it is.
    expect(faults.join()).not.toMatch(/correct0horse|hunter2|ghp_|abcdef0123/);
  });

  it.each(resourceRules.map((rule) => [rule.name, rule] as const))("%s has cases of both kinds", (name) => {
    const own = resourceCases.filter(({ policy }) => policy === name);
    expect(own.some(({ says }) => says === undefined)).toBe(true);
    expect(own.some(({ says }) => says !== undefined)).toBe(true);
  });

  it("leaves out what its settings name", () => {
    const rule = ruleOf(resourceRules, "priority-class");
    const bad = seen(deployment("bad", (_, pod) => delete pod.priorityClassName));
    expect(faultsOf(rule, bad, configOf(rule, { exempt: ["apps/bad"] }))).toEqual([]);
    const small = seen(controlPlane("small", 1024, 905));
    const memory = ruleOf(resourceRules, "control-plane-memory");
    expect(faultsOf(memory, small, configOf(memory, { exempt: ["small"] }))).toEqual([]);
  });
});

describe("a policy for stacks", () => {
  it.each(stackCases.map((each) => [each.policy, each.what, each] as const))(
    "%s: %s",
    (_, __, { policy, resources, says, config }) => {
      const rule = ruleOf(stackRules, policy);
      const faults = stackFaultsOf(rule, resources.map(seen), configOf(rule, config));
      const messages = faults.map(({ message }) => message);
      if (says === undefined) expect(messages).toEqual([]);
      else expect(messages.join("\n")).toContain(says);
    },
  );
});

describe("the cluster of 2018", () => {
  const judged = (cp: Declared) =>
    [cp, board("w1"), board("w2"), board("w3")].flatMap((each) =>
      resourceRules.flatMap((rule) => faultsOf(rule, seen(each), defaultsOf(rule))),
    );

  it("is refused with what its owner would have needed to know", () => {
    const change: Parameters<typeof board>[1] = ({ evictionHard }) =>
      (evictionHard!["memory.available"] = "50Mi");
    const cp = board("cp", change, { role: "controlPlane" });
    const faults = judged(cp).join("\n");
    expect(faults).toContain("below 100Mi");
    expect(faults).toContain("A lower threshold frees no memory");
    expect(faults).toContain("a control plane needs at least 1069");
    expect(faults).toContain("Use a board with 2 GB");
  });

  it("passes with a control plane of 2 GB", () => {
    expect(judged(controlPlane("cp"))).toEqual([]);
    const rule = ruleOf(stackRules, "stack-fits");
    const stack = [controlPlane("cp"), board("w1"), board("w2"), board("w3")].map(seen);
    expect(stackFaultsOf(rule, stack, defaultsOf(rule))).toEqual([]);
  });
});

it.each(rules.map((rule) => [rule.name, rule] as const))(
  "%s is described, with all its settings",
  (_, rule) => {
    expect(rule.description).toMatch(/^[A-Z].*\.$/);
    for (const [key, { description, default: value }] of Object.entries(settingsOf(rule).properties)) {
      expect(description, key).toMatch(/^[A-Z][^]*\.$/);
      expect(value, key).toBeDefined();
    }
    if ("faults" in rule) {
      const nothing = { type: "kubernetes:core/v1:Node", name: "x", props: {}, isProtected: false };
      expect(rule.subject(nothing, defaultsOf(rule))).toBeUndefined();
    }
  },
);
