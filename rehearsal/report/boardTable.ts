import { styleText } from "node:util";
import { blockBar, fitted, oneLine, reportWidth, wrapped } from "./columns.ts";
import { type BoardOutcome, left, type PlacedPod, requested } from "./outcome.ts";

const gap = "  ";
const barWidth = 12;
const podIndent = 2;

/** Widths of the columns with figures, wide enough for 99999 MiB. */
const columns = { ram: 5, allocatable: 11, requested: 9, left: 6 };
const usageWidth = barWidth + " 100%".length;

/** What is in front of a pod's request, and what of it is in front of the figures: name and model. */
const podWidth = reportWidth - usageWidth - columns.left - columns.requested - 3 * gap.length;
const frontWidth = podWidth - columns.ram - columns.allocatable - 2 * gap.length;

/** The boards as a table in MiB with each board's pods below it, and an empty line before each board. */
export function boardTable(boards: readonly BoardOutcome[]): string[] {
  const nameWidth = nameWidthOf(boards);
  const rows = boards.flatMap((outcome) => [
    "",
    ...boardLines(outcome, nameWidth),
    ...podLines(outcome.pods),
  ]);
  return [header(nameWidth), ...rows];
}

/** As wide as the longest name, as far as the models leave room. */
function nameWidthOf(boards: readonly BoardOutcome[]): number {
  const title = "board".length;
  const name = Math.max(title, ...boards.map(({ board }) => board.name.length));
  const model = Math.max(...boards.map(({ board }) => board.modelName.length));
  return Math.max(title, Math.min(name, frontWidth - gap.length - model));
}

function header(nameWidth: number): string {
  const titles = [
    front("board", "model", nameWidth),
    "RAM".padStart(columns.ram),
    "allocatable".padStart(columns.allocatable),
    "requested".padStart(columns.requested),
    "left".padStart(columns.left),
    "of allocatable",
  ];
  return styleText("dim", titles.join(gap));
}

function boardLines(outcome: BoardOutcome, nameWidth: number): string[] {
  const { board } = outcome;
  const name = oneLine(board.name);
  // Not cut but put above: boards of one domain, or with numbers at their ends, would look alike.
  const before = name.length > nameWidth ? wrapped(name, reportWidth) : [];
  const cells = [
    front(before.length > 0 ? "" : name, oneLine(board.modelName), nameWidth),
    figure(board.ram, columns.ram),
    figure(board.memory.allocatable, columns.allocatable),
    figure(requested(outcome), columns.requested),
    figure(left(outcome), columns.left),
    usage(requested(outcome), board.memory.allocatable),
  ];
  const lines = [...before, cells.join(gap)];
  return left(outcome) < 0 ? lines.map((line) => styleText("red", line)) : lines;
}

function front(name: string, model: string, nameWidth: number): string {
  return name.padEnd(nameWidth) + gap + fitted(model, frontWidth - nameWidth - gap.length);
}

function podLines(pods: readonly PlacedPod[]): string[] {
  const bySize = pods.toSorted((a, b) => b.memory - a.memory);
  return bySize.map((pod) => {
    const name = fitted(oneLine(`${pod.namespace}/${pod.name}`), podWidth - podIndent);
    return " ".repeat(podIndent) + name + gap + figure(pod.memory, columns.requested);
  });
}

function figure(mebibytes: number, width: number): string {
  return String(Math.round(mebibytes)).padStart(width);
}

function usage(used: number, allocatable: number): string {
  if (allocatable === 0) return "none to give";
  const share = used / allocatable;
  return `${blockBar(share, barWidth)} ${`${Math.round(share * 100)}%`.padStart(4)}`;
}
