import { describe, expect, it } from "vitest";
import { rules } from "../../policy/policies.ts";
import type { Rule, Seen } from "../../policy/rule.ts";
import { resourceCases } from "./cases.ts";
import { board, controlPlane, type Declared, deployment } from "./sound.ts";
import { stackCases } from "./stackCases.ts";

const seen = ({ type, name, props, isProtected = false }: Declared): Seen => ({
  type,
  name,
  props,
  isProtected,
});

function ruleOf(name: string): Rule {
  const found = rules.find((rule) => rule.name === name);
  if (!found) throw new Error(`no policy is called ${name}`);
  return found;
}

const messagesOf = (rule: Rule, resources: readonly Declared[], settings?: object) =>
  rule.violations(resources.map(seen), settings).map(({ message }) => message);

const resourceRules = rules.filter(({ judges }) => judges === "resource");
const titled = resourceCases.map(
  (each) => [each.policy, each.says ?? "nothing", each.resource.name, each] as const,
);

describe("a policy for resources", () => {
  it.each(titled)("%s says %s (%s)", (_, __, ___, { policy, resource, says, config }) => {
    const messages = messagesOf(ruleOf(policy), [resource], config);
    expect(messages).toEqual(says === undefined ? [] : [expect.stringContaining(says)]);
    // What may be read of a secret is where it is, not what it is.
    expect(messages.join()).not.toMatch(/correct0horse|hunter2|ghp_|abcdef0123/);
  });

  it.each(resourceRules.map(({ name }) => name))("%s has cases of both kinds", (name) => {
    const own = resourceCases.filter(({ policy }) => policy === name);
    expect(own.some(({ says }) => says === undefined)).toBe(true);
    expect(own.some(({ says }) => says !== undefined)).toBe(true);
  });

  it("leaves out what its settings name", () => {
    const bad = deployment("bad", (_, pod) => delete pod.priorityClassName);
    expect(messagesOf(ruleOf("priority-class"), [bad], { exempt: ["apps/bad"] })).toEqual([]);
    const small = controlPlane("small", 1024, 905);
    expect(messagesOf(ruleOf("control-plane-memory"), [small], { exempt: ["small"] })).toEqual([]);
  });
});

describe("a policy for stacks", () => {
  it.each(stackCases.map((each) => [each.policy, each.what, each] as const))(
    "%s: %s",
    (_, __, { policy, resources, says, config }) => {
      const messages = messagesOf(ruleOf(policy), resources, config);
      if (says === undefined) expect(messages).toEqual([]);
      else expect(messages.join("\n")).toContain(says);
    },
  );
});

describe("the cluster of 2018", () => {
  const judged = (cp: Declared) =>
    resourceRules.flatMap((rule) => messagesOf(rule, [cp, board("w1"), board("w2"), board("w3")]));

  it("is refused with what its owner would have needed to know", () => {
    const change: Parameters<typeof board>[1] = ({ evictionHard }) =>
      (evictionHard!["memory.available"] = "50Mi");
    const cp = board("cp", change, { role: "controlPlane" });
    const messages = judged(cp).join("\n");
    expect(messages).toContain("below 100Mi");
    expect(messages).toContain("A lower threshold frees no memory");
    expect(messages).toContain("a control plane needs at least 1069");
    expect(messages).toContain("Use a board with 2 GB");
  });

  it("passes with a control plane of 2 GB", () => {
    expect(judged(controlPlane("cp"))).toEqual([]);
    const stack = [controlPlane("cp"), board("w1"), board("w2"), board("w3")];
    expect(messagesOf(ruleOf("stack-fits"), stack)).toEqual([]);
  });
});

it.each(rules.map((rule) => [rule.name, rule] as const))(
  "%s is described, with all its settings",
  (_, rule) => {
    expect(rule.description).toMatch(/^[A-Z].*\.$/);
    for (const [key, { description, default: value }] of Object.entries(rule.configSchema.properties)) {
      expect(description, key).toMatch(/^[A-Z][^]*\.$/);
      expect(value, key).toBeDefined();
    }
    const nothing = { type: "kubernetes:core/v1:Node", name: "x", props: {}, isProtected: false };
    expect(rule.concerns(nothing)).toBe(false);
  },
);
