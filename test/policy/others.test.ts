import { readFileSync, globSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { rules } from "../../policy/policies.ts";
import type { Seen } from "../../policy/rule.ts";
import { noEngine } from "../temporaryStack.ts";
import { objectsOf, others, table, unknownCheckingProxy, UnknownValueError } from "./others.ts";
import { comparedWithTable, previewOf } from "./othersInEngine.ts";

/** What the engine has for a text that is not known yet (pkg/resource/plugin's UnknownStringValue). */
const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const programs = Object.keys(others) as (keyof typeof others)[];

/** What every policy says of a program's resources, as the engine asks it. */
function said(program: keyof typeof others) {
  return objectsOf(program, unknownText).map(({ type, name, props }) => {
    const seen: Seen = { type, name, props: unknownCheckingProxy(props), isProtected: false };
    const judged = rules
      .filter(({ judges }) => judges === "resource")
      .map((rule) => ({ rule: rule.name, ...rule.judge([seen]) }));
    const violating = judged.filter(({ violations }) => violations.length > 0);
    const unsure = judged.filter(({ unknown }) => unknown !== undefined);
    for (const { unknown } of unsure) expect(unknown).toBeInstanceOf(UnknownValueError);
    const names = (of: readonly { rule: string }[]) => of.map(({ rule }) => rule).sort();
    return { program, resource: name, violates: names(violating), unknown: names(unsure) };
  });
}

describe("a program that is not bramble's", () => {
  it.each(programs)("gets what the table says: %s", (program) => {
    expect(said(program)).toEqual(table().filter((row) => row.program === program));
  });

  it("is told of each container that is known, whatever is not known of the others", () => {
    const [built] = objectsOf("with unknown values", unknownText);
    const seen: Seen = { ...built!, props: unknownCheckingProxy(built!.props), isProtected: false };
    const tags = rules.find(({ name }) => name === "image-tag")!;
    expect(tags.judge([seen]).violations).toEqual([]);
    expect(tags.judge([seen]).unknown).toBeInstanceOf(UnknownValueError);
    const limits = rules.find(({ name }) => name === "container-memory")!;
    expect(limits.judge([seen]).violations.map(({ message }) => message)).toEqual([
      expect.stringContaining("container sidecar has no memory request"),
      expect.stringContaining("container sidecar has no memory limit"),
    ]);
  });

  it("is judged to an end where a number is a key", () => {
    const data = { "1": unknownText, "2": "text" };
    const props = unknownCheckingProxy({ metadata: { name: "numbers", namespace: "a" }, data });
    const seen: Seen = { type: "kubernetes:core/v1:ConfigMap", name: "numbers", props, isProtected: false };
    const rule = rules.find(({ name }) => name === "eviction-thresholds")!;
    const { violations, unknown } = rule.judge([seen]);
    expect(violations).toEqual([]);
    expect(unknown).toBeInstanceOf(UnknownValueError);
  });

  it("is not accused of what its exemptions may cover once names are known", () => {
    const placed = objectsOf("with unknown values", unknownText)[2]!;
    const seen: Seen = { ...placed, props: unknownCheckingProxy(placed.props), isProtected: false };
    const rule = rules.find(({ name }) => name === "container-memory")!;
    expect(rule.violations([seen])).toHaveLength(1);
    expect(rule.violations([seen], { exempt: ["shop/placed"] })).toEqual([]);
    expect(rule.violations([seen], { exempt: ["shop/other"] })).toHaveLength(1);
  });

  it("hears of a stack that does not fit, though a pod's memory is not known", () => {
    const pod = (name: string, memory: string): Seen => {
      const resources = { requests: { memory }, limits: { memory } };
      const spec = { template: { spec: { containers: [{ name, image: "a:1.0.0", resources }] } } };
      const props = unknownCheckingProxy({ metadata: { name, namespace: "a" }, spec });
      return { type: "kubernetes:apps/v1:Deployment", name, props, isProtected: false };
    };
    const rule = rules.find(({ name }) => name === "stack-fits")!;
    const settings = { boards: [{ name: "node-1", allocatableMi: 512 }], kubeadmPods: false };
    const judgement = rule.judge([pod("sized", unknownText), pod("large", "600Mi")], settings);
    expect(judgement.violations.map(({ message }) => message)).toEqual([
      expect.stringContaining("large needs 600Mi"),
    ]);
    expect(judgement.unknown).toBeInstanceOf(UnknownValueError);
  });
});

describe("a program that is not bramble's, in Pulumi's engine", { timeout: 600_000 }, () => {
  beforeEach(({ skip }) => skip(noEngine !== "", `no Pulumi engine: ${noEngine}`));

  it.each(programs)("gets what the table says, though a policy may be mandatory: %s", async (program) => {
    const { events, said } = await previewOf(program);
    const { found, rows } = comparedWithTable(program, events);
    expect(found, said).toEqual(rows);
  });
});

describe("a set of policies", () => {
  const sets = globSync("policy/sets/*.json");

  it.each(sets)("%s names policies that there are, and their levels", (file) => {
    const set = JSON.parse(readFileSync(file, "utf8")) as Record<string, string>;
    const known = new Set(["all", ...rules.map(({ name }) => name)]);
    expect(Object.keys(set).filter((name) => !known.has(name))).toEqual([]);
    expect(Object.values(set).filter((level) => !["advisory", "mandatory"].includes(level))).toEqual([]);
    expect(readFileSync("policy/README.md", "utf8")).toContain(file.replace("policy/", ""));
  });
});
