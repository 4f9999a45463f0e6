import { styleText } from "node:util";
import { type PolicyResult, violationText } from "../../policy/judge.ts";
import type { FailureOutcome } from "../failure.ts";
import { boardTable } from "./boardTable.ts";
import { oneLine, reportWidth, wrapped } from "./columns.ts";
import { duration } from "../../tools/lines.ts";
import { upgradeText } from "./failures.ts";
import { policiesText } from "./policies.ts";
import type { Outcome, PendingPod, Step } from "./outcome.ts";
import { caution, verdict } from "./verdict.ts";

/** How many of the slowest steps the report names. */
const slowestSteps = 5;

/**
 * What a rehearsal found out, for a terminal: at most 100 columns, MiB throughout. Coloured only where standard
 * output is a terminal that wants colours.
 */
export function textReport(outcome: Outcome): string {
  const { failures, upgrade } = outcome;
  const { fine, sentence } = verdict(outcome);
  const headline = wrapped(oneLine(sentence), reportWidth);
  const sections = [
    headline.map((line) => styleText(fine ? "bold" : ["bold", "red"], line)),
    boardTable(outcome.boards),
    pendingLines(outcome.pending),
    wrapped(oneLine(caution(outcome)), reportWidth).filter((line) => line !== ""),
    listed(
      failures.every(({ isRehearsed }) => isRehearsed) ? "if a board fails, rehearsed" : "if a board fails",
      failures.map((failure) => [oneLine(failure.board), failureText(failure)]),
    ),
    listed(
      "upgrade order, one board at a time",
      upgrade.map((step) => [oneLine(step.board), upgradeText(step)]),
    ),
    policyLines(outcome.policies),
    stepLines(outcome.steps),
    closingLines(outcome),
  ];
  const shown = sections.filter((lines) => lines.length > 0);
  return `${shown.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function pendingLines(pending: readonly PendingPod[]): string[] {
  if (pending.length === 0) return [];
  const lines = pending.flatMap(({ namespace, name, reason }) => [
    ...indented(`${namespace}/${name}`, 2),
    ...indented(reason, 4),
  ]);
  return [styleText("red", "not running"), ...lines];
}

function indented(text: string, spaces: number): string[] {
  return wrapped(oneLine(text), reportWidth - spaces).map((line) => " ".repeat(spaces) + line);
}

/** What happens when a board is gone, in half a sentence. */
function failureText({ hasControlPlane, moves, pending, tied }: FailureOutcome): string {
  if (!hasControlPlane) return "no API until it is back; running pods keep running";
  const parts = [
    ...moves.map(({ name, to }) => `${name} to ${to}`),
    ...(tied.length > 0 ? [`${tied.join(", ")} ${tied.length === 1 ? "waits" : "wait"} for it`] : []),
    ...pending.map(({ name, reason }) => `${name} stays pending (${reason.replace(/\.$/, "")})`),
  ];
  return parts.length > 0 ? parts.join("; ") : "no impact";
}

function policyLines(policies: readonly PolicyResult[]): string[] {
  if (policies.length === 0) return [];
  const said = policies.flatMap(({ name, level, violations }) =>
    violations.flatMap((each) => indented(`${level}: ${violationText(name, each)}`, 2)),
  );
  return [`policies: ${policiesText(policies)}`, ...said];
}

function stepLines(steps: readonly Step[]): string[] {
  const slowest = steps.toSorted((a, b) => b.seconds - a.seconds).slice(0, slowestSteps);
  const timeWidth = Math.max(...slowest.map(({ seconds }) => duration(seconds).length));
  return listed(
    steps.length > slowestSteps ? "slowest steps" : "steps, slowest first",
    slowest.map(({ name, seconds }) => [duration(seconds).padStart(timeWidth), name]),
  );
}

/** A title, and below it each name with a text beside it that keeps to its own columns; nothing without rows. */
function listed(title: string, rows: readonly (readonly [name: string, text: string])[]): string[] {
  if (rows.length === 0) return [];
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.flatMap(([name, text]) => {
    const [first = "", ...more] = indented(text, width + 4);
    return [`  ${name.padEnd(width)}  ${first.trimStart()}`, ...more];
  });
  return [styleText("dim", title), ...lines];
}

function closingLines({ stack, kubernetesVersion, deployedBy, changes }: Outcome): string[] {
  const what = `Stack ${stack} on Kubernetes ${kubernetesVersion}: ${changes}.`;
  return wrapped(oneLine(`${what} Deployed by: ${deployedBy}.`), reportWidth);
}
