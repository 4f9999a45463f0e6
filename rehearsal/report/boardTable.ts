import { styleText } from "node:util";
import { blockBar, fitted, oneLine, reportWidth, wrapped } from "./columns.ts";
import { type BoardOutcome, left, type PlacedPod, requested } from "./outcome.ts";

const gap = "  ";
const barWidth = 12;
const podIndent = 2;

/** Widths of the columns with figures, wide enough for 99999 MiB. */
const columns = { RAM: 5, allocatable: 11, requested: 9, left: 6 };
const usageWidth = barWidth + " 100%".length;

/** What is in front of a pod's request, and what of it is in front of the figures: name and model. */
const podWidth = reportWidth - usageWidth - columns.left - columns.requested - 3 * gap.length;
const frontWidth = podWidth - columns.RAM - columns.allocatable - 2 * gap.length;

/** The boards as a table in MiB with each board's pods below it, and an empty line before each board. */
export function boardTable(boards: readonly BoardOutcome[]): string[] {
  const nameWidth = nameWidthOf(boards);
  const rows = boards.flatMap((outcome) => [
    "",
    ...boardLines(outcome, nameWidth),
    ...podLines(outcome.pods),
  ]);
  const header = row("board", "model", nameWidth, Object.keys(columns), "of allocatable");
  return [styleText("dim", header), ...rows];
}

/** As wide as the longest name, as far as the models leave room. */
function nameWidthOf(boards: readonly BoardOutcome[]): number {
  const title = "board".length;
  const name = Math.max(title, ...boards.map(({ board }) => board.name.length));
  const model = Math.max(...boards.map(({ board }) => board.modelName.length));
  return Math.max(title, Math.min(name, frontWidth - gap.length - model));
}

function boardLines(outcome: BoardOutcome, nameWidth: number): string[] {
  const { board } = outcome;
  const name = oneLine(board.name);
  // Not cut but put above: boards of one domain, or with numbers at their ends, would look alike.
  const before = name.length > nameWidth ? wrapped(name, reportWidth) : [];
  const { allocatable } = board.memory;
  const figures = [board.ram, allocatable, requested(outcome), left(outcome)].map(whole);
  const used = usage(requested(outcome), allocatable);
  const lines = [
    ...before,
    row(before.length > 0 ? "" : name, oneLine(board.modelName), nameWidth, figures, used),
  ];
  return left(outcome) < 0 ? lines.map((line) => styleText("red", line)) : lines;
}

function row(
  name: string,
  model: string,
  nameWidth: number,
  figures: readonly string[],
  end: string,
): string {
  const widths = Object.values(columns);
  const cells = figures.map((text, column) => text.padStart(widths[column] ?? 0));
  return [name.padEnd(nameWidth), fitted(model, frontWidth - nameWidth - gap.length), ...cells, end].join(
    gap,
  );
}

function podLines(pods: readonly PlacedPod[]): string[] {
  const bySize = pods.toSorted((a, b) => b.memory - a.memory);
  return bySize.map((pod) => {
    const name = fitted(oneLine(`${pod.namespace}/${pod.name}`), podWidth - podIndent);
    const line = " ".repeat(podIndent) + name + gap + whole(pod.memory).padStart(columns.requested);
    return pod.isOther ? `${line}${gap}not bramble's` : line;
  });
}

function whole(mebibytes: number): string {
  return String(Math.round(mebibytes));
}

function usage(used: number, allocatable: number): string {
  if (allocatable === 0) return "none to give";
  const share = used / allocatable;
  return `${blockBar(share, barWidth)} ${`${Math.round(share * 100)}%`.padStart(4)}`;
}
