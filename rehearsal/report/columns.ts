// Text that keeps to a number of columns.

import { stripVTControlCharacters } from "node:util";

/** Columns of a report: what most terminals show without a break, and what fits beside a page of a log. */
export const reportWidth = 100;

/** `text` on one line, without anything a terminal would obey instead of showing. */
export function oneLine(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/[\s\p{C}]+/gu, " ")
    .trim();
}

/** `text` in exactly `width` columns. What is too long loses its middle: names differ at their ends. */
export function fitted(text: string, width: number): string {
  if (text.length <= width) return text.padEnd(width);
  const end = Math.floor((width - 1) / 2);
  return `${text.slice(0, width - 1 - end)}…${text.slice(text.length - end)}`;
}

/** Breaks `text` into lines of at most `width` columns: between words, or inside one that is longer. */
export function wrapped(text: string, width: number): string[] {
  return text.match(new RegExp(String.raw`\S.{0,${width - 1}}(?=\s|$)|\S{${width}}`, "g")) ?? [];
}

const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A bar of `width` columns, filled to `share` (0 to 1) in steps of an eighth of a column. */
export function blockBar(share: number, width: number): string {
  // Rounded down: only what is full looks full.
  const steps = Math.floor(Math.min(1, Math.max(0, share)) * width * 8);
  const filled = "█".repeat(Math.floor(steps / 8)) + (eighths[steps % 8] ?? "");
  return filled.padEnd(width, "░");
}
