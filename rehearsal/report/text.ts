import { styleText } from "node:util";
import { boardTable } from "./boardTable.ts";
import { oneLine, reportWidth, wrapped } from "./columns.ts";
import { duration } from "./figures.ts";
import type { Outcome, PendingPod, Step } from "./outcome.ts";
import { caution, verdict } from "./verdict.ts";

/** How many of the slowest steps the report names. */
const slowestSteps = 5;

/**
 * What a rehearsal found out, for a terminal: at most 100 columns, MiB throughout. Coloured only where standard
 * output is a terminal that wants colours.
 */
export function textReport(outcome: Outcome): string {
  const { fine, sentence } = verdict(outcome);
  const headline = wrapped(oneLine(sentence), reportWidth);
  const sections = [
    headline.map((line) => styleText(fine ? "bold" : ["bold", "red"], line)),
    boardTable(outcome.boards),
    pendingLines(outcome.pending),
    wrapped(oneLine(caution(outcome)), reportWidth).filter((line) => line !== ""),
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

function stepLines(steps: readonly Step[]): string[] {
  if (steps.length === 0) return [];
  const slowest = steps.toSorted((a, b) => b.seconds - a.seconds).slice(0, slowestSteps);
  const timeWidth = Math.max(...slowest.map(({ seconds }) => duration(seconds).length));
  const lines = slowest.flatMap(({ name, seconds }) => {
    const [first = "", ...more] = indented(name, timeWidth + 4);
    const time = duration(seconds).padStart(timeWidth);
    return [`  ${time}  ${first.trimStart()}`, ...more];
  });
  return [styleText("dim", steps.length > slowestSteps ? "slowest steps" : "steps, slowest first"), ...lines];
}

function closingLines({ stack, kubernetesVersion, deployedBy, changes }: Outcome): string[] {
  const what = `Stack ${stack} on Kubernetes ${kubernetesVersion}: ${changes}.`;
  return wrapped(oneLine(`${what} Deployed by: ${deployedBy}.`), reportWidth);
}
