import { styleText } from "node:util";
import { type Ending, type Overview, renewals } from "./expiry.ts";

const day = 86_400_000;

/** How something that ends is: renewed in time, about to end unless somebody does something, ended, or not known. */
export type State = "fine" | "late" | "ended" | "unknown";

/** @param now milliseconds */
export function stateOf({ kind, end }: Ending, now: number): State {
  if (end === "never") return "fine";
  if (!(end instanceof Date)) return "unknown";
  // A token that has ended has done its work.
  if (kind === "token" || kind === "board") return "fine";
  const left = end.getTime() - now;
  if (left <= 0) return "ended";
  return left < renewals[kind].late * day ? "late" : "fine";
}

/** Whether all is known and nothing needs anybody. */
export function isInOrder({ endings }: Overview, now: number): boolean {
  return endings.every((each) => stateOf(each, now) === "fine");
}

const marks = { fine: "✓", late: "!", ended: "✗", unknown: "?" } as const;
const colors = { fine: "green", late: "yellow", ended: "red", unknown: "yellow" } as const;

/**
 * A table of what ends, what is first at its top, for a terminal.
 *
 * @param now milliseconds
 */
export function overviewText({ endings, reboots }: Overview, now: number): string {
  const rows = endings
    .toSorted((a, b) => order(a) - order(b))
    .map((each) => ({ each, cells: cellsOf(each, now) }));
  const widths = [0, 1, 2].map((column) =>
    Math.max(0, ...rows.map(({ cells }) => cells[column]?.length ?? 0)),
  );
  const lines = rows.map(({ each, cells }) => {
    const state = stateOf(each, now);
    const padded = cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  ");
    return `${styleText(colors[state], marks[state])} ${padded}`.trimEnd();
  });
  const due = reboots.map(
    ({ board, since, packages }) =>
      `${styleText("yellow", "!")} ${board} needs a reboot since ${since}${packages === "" ? "" : `: ${packages}`}`,
  );
  const unread = endings.filter((each) => stateOf(each, now) === "unknown").length;
  return [
    ...(lines.length > 0 ? lines : ["The stack has no boards and no cluster that pulumi up has made yet."]),
    ...due,
    ...(unread > 0
      ? [`${unread} could not be read: nothing is known about ${unread === 1 ? "it" : "them"}.`]
      : []),
  ].join("\n");
}

/** What is not known comes first. */
function order({ end }: Ending): number {
  if (end === "never") return Infinity;
  return end instanceof Date ? end.getTime() : -Infinity;
}

function cellsOf({ kind, name, board, end }: Ending, now: number): string[] {
  const where = board === undefined ? name : `${board}: ${name}`;
  const by = kind === "board" ? "" : `renewed by ${renewals[kind].by}`;
  if (end === "never") return [where, "never ends", "", by];
  if (!(end instanceof Date)) return [where, "not known", "", end.unknown];
  const days = Math.floor((end.getTime() - now) / day);
  return [where, end.toISOString().slice(0, 10), days < 0 ? `${-days} days ago` : `${days} days`, by];
}
