import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { rules } from "../../policy/policies.ts";
import type { Rule } from "../../policy/rule.ts";

const text = readFileSync(new URL("../../docs/policies.md", import.meta.url), "utf8");
const rows = [...text.matchAll(/^\| `([a-z\d-]+)` *\| ([a-z]+) *\|(.*)\|(.*)\|$/gm)].map((row) =>
  row.slice(1).map((cell) => cell.trim()),
);

/** Settings of several rules, which the second table explains. */
const shared = ["boardTypes", "ramMi", "boards", "kubeadmPods", "clusterTypes", "controlPlanes", "exempt"];

function ownSettings(rule: Rule): string {
  const own = Object.entries(rule.configSchema.properties).filter(([key]) => !shared.includes(key));
  return own
    .map(([key, { default: value }]) =>
      typeof value === "object" ? `\`${key}\`` : `\`${key}\` ${JSON.stringify(value)}`,
    )
    .join(", ");
}

it("shows every policy with its level, its description and its settings, in the order of the pack", () => {
  expect(rows).toEqual(rules.map((rule) => [rule.name, rule.level, rule.description, ownSettings(rule)]));
});

it("explains every setting that several policies have", () => {
  const used = new Set(rules.flatMap((rule) => Object.keys(rule.configSchema.properties)));
  expect(shared.filter((key) => !used.has(key))).toEqual([]);
  expect(shared.filter((key) => !text.includes(`\`${key}\``))).toEqual([]);
});
