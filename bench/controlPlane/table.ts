import type { ProgramMemory, Result } from "./trial.ts";
import { holds, quantile } from "./verdict.ts";

/** The columns of the table, with what each says of a run. */
const columns: readonly (readonly [string, (result: Result) => string])[] = [
  ["MiB", ({ memory }) => `${memory}`],
  ["cores", ({ cpu }) => `${cpu}`],
  ["settings", ({ settings }) => settings],
  [
    "swappiness, page-cluster",
    ({ swap }) => (swap === undefined ? "no swap" : `${swap.swappiness}, ${swap.pageCluster}`),
  ],
  ["holds", (result) => (holds(result) ? "yes" : "no")],
  ["restarts", restarts],
  ["list p50 / p95 / max s", ({ looks }) => [0.5, 0.95, 1].map(secondsOf(looks.seconds)).join(" / ")],
  ["failed", ({ looks }) => `${looks.failures} of ${looks.seconds.length}`],
  ["reads MiB/s", ({ reads }) => reads.toFixed(2)],
  ["writes MiB/s", ({ writes }) => writes.toFixed(2)],
  ["major faults/s", ({ majorFaultsPerSecond }) => majorFaultsPerSecond.toFixed(0)],
  ["anonymous + file MiB", ({ usage }) => held(usage)],
  [
    "compressed MiB",
    ({ swapped }) => (swapped ? `${swapped.from.toFixed(0)} → ${swapped.to.toFixed(0)}` : "0"),
  ],
  ["most MiB", ({ swapped }) => (swapped ? swapped.most.toFixed(0) : "")],
  ["of each", ({ programs }) => Object.entries(programs).map(ofEach).join(", ")],
];

export const header = `${line(columns.map(([title]) => title))}\n${line(columns.map(() => "---"))}`;

/** A row of a Markdown table: a run, or the runs of one limit, whose figures stand one after the other where they differ. */
export function row(runs: readonly Result[]): string {
  const cells = columns.map(([, text]) => {
    const texts = runs.map(text);
    return new Set(texts).size === 1 ? (texts[0] ?? "") : texts.join("; ");
  });
  return line(cells);
}

/** The results with those of the same limit and variant together, in the order in which they were first run. */
export function byLimit(results: readonly Result[]): Result[][] {
  const groups = Map.groupBy(results, ({ memory, cpu, settings, swap }) =>
    JSON.stringify([memory, cpu, settings, swap]),
  );
  return [...groups.values()];
}

function restarts({ ready, restarts }: Result): string {
  if (!ready) return "API never ready";
  const restarted = Object.entries(restarts).filter(([, count]) => count > 0);
  return restarted.length === 0 ? "0" : restarted.map(([name, count]) => `${name} ${count}`).join(", ");
}

function secondsOf(seconds: readonly number[]): (part: number) => string {
  return (part) => quantile(seconds, part).toFixed(2);
}

function ofEach([name, memory]: [string, ProgramMemory]): string {
  return memory.swapped < 0.5
    ? `${name} ${held(memory)}`
    : `${name} ${held(memory)}, ${memory.swapped.toFixed(0)} swapped`;
}

function held({ anonymous, file }: { anonymous: number; file: number }): string {
  return `${anonymous.toFixed(0)} + ${file.toFixed(0)}`;
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}
