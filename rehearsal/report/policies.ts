import type { PolicyResult } from "../../policy/judge.ts";
import { count } from "./figures.ts";
import { type Markup, markup, section, table } from "./markup.ts";

/** Every policy, and its violations. */
export function policies(results: readonly PolicyResult[]): Markup {
  if (results.length === 0) return markup``;
  // What is wrong comes first.
  const sorted = results.toSorted(
    (a, b) => Number(b.violations.length > 0) - Number(a.violations.length > 0),
  );
  const content = table("policies stacked", ["Policy", "Requirement", "Level"], sorted.map(row));
  return section("policies", `Policies: ${policiesText(results)}`, content);
}

/** `21 of 22 passed, 1 warning`. */
export function policiesText(results: readonly PolicyResult[]): string {
  const broken = results.filter(({ violations }) => violations.length > 0);
  const failed = broken.filter(({ level }) => level === "mandatory").length;
  const warnings = broken.length - failed;
  const parts = [
    `${results.length - broken.length} of ${results.length} passed`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(warnings > 0 ? [count(warnings, "warning")] : []),
  ];
  return parts.join(", ");
}

function row({ name, description, level, violations }: PolicyResult): Markup {
  const verdict = violations.length === 0 ? "good" : level === "mandatory" ? "bad" : "caution";
  const words = { good: "passed", bad: "failed", caution: "warning" }[verdict];
  const said = violations.map(
    ({ resource, message }) => markup`<li><strong>${resource ?? "the stack"}</strong>: ${message}</li>`,
  );
  return markup`<tr><th scope="row"><svg class="dot ${verdict}" viewBox="0 0 16 16" width="16" height="16" role="img" aria-label="${words}"><circle cx="8" cy="8" r="8"/><path d="${marks[verdict]}"/></svg> ${name}</th>
<td>${description}${said.length > 0 ? markup`<ul class="said">${said}</ul>` : markup``}</td><td class="level">${level}</td></tr>
`;
}

const marks = { good: "M4 8.5l2.8 2.8L12 5.5", bad: "M5 5l6 6M11 5l-6 6", caution: "M8 3.5v5.5M8 11.2v1.3" };
