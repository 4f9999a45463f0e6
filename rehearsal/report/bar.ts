import { mebibytes } from "./figures.ts";
import { label } from "./labels.ts";
import { type Markup, markup } from "./markup.ts";
import { type BoardOutcome, left } from "./outcome.ts";
import { endOf, kinds, type Segment, segmentsOf } from "./segments.ts";

const barHeight = 46;
/** Of the hatching at the foot of what is beyond the RAM, below the labels. */
const bandHeight = 12;
/** Where the bracket under the bar starts, and how deep it is. */
const bracketTop = barHeight + 6;
const bracketDepth = 5;
const totalHeight = barHeight + 30;

/** The MiB that the full width of every bar stands for: the RAM of the biggest board, or what overflows it. */
export function scaleOf(boards: readonly BoardOutcome[]): number {
  return Math.max(1, ...boards.map(endOf));
}

/** A board's RAM as a picture. Its patterns come from `patterns`, once for a page. */
export function bar(outcome: BoardOutcome, scale: number): Markup {
  const segments = segmentsOf(outcome);
  return markup`<svg class="bar" role="img" aria-label="${spoken(outcome, segments)}" width="100%" height="${totalHeight}">
${segments.map((segment) => drawn(segment, scale))}
${overflow(outcome, scale)}${bracket(outcome, scale)}</svg>`;
}

/** The picture in words, for who cannot see it. */
function spoken(outcome: BoardOutcome, segments: readonly Segment[]): string {
  const { board } = outcome;
  const parts = segments.map(({ title, size }) => `${title} ${mebibytes(size)}`);
  const free = left(outcome);
  const excess = free < 0 ? `; ${mebibytes(-free)} MiB more than it has` : "";
  return `RAM of ${board.name}, ${mebibytes(board.ram)} MiB: ${parts.join(", ")}${excess}`;
}

function drawn(segment: Segment, scale: number): Markup {
  const { kind, start, size, title } = segment;
  return markup`<svg class="segment ${kind}" ${span(start, start + size, scale)} y="0" height="${barHeight}">
<title>${title}: ${mebibytes(size)} MiB</title><rect class="area" fill="${kinds[kind].fill}" width="100%" height="100%"/>${label(segment, scale)}</svg>
`;
}

/** Both ends are rounded alike, so that neighbours meet. */
function span(start: number, end: number, scale: number): Markup {
  const x = thousandths(start, scale);
  return markup`x="${percent(x)}" width="${percent(thousandths(end, scale) - x)}"`;
}

function thousandths(mebibytes: number, scale: number): number {
  return Math.round((mebibytes / scale) * 100_000);
}

function percent(thousandths: number): string {
  return `${(thousandths / 1000).toFixed(3)}%`;
}

/** What is beyond the board's RAM, and where that ends. */
function overflow(outcome: BoardOutcome, scale: number): Markup {
  const { ram } = outcome.board;
  const end = endOf(outcome);
  if (end <= ram) return markup``;
  return markup`<svg class="segment beyond" ${span(ram, end, scale)} y="0" height="${barHeight}">
<title>${mebibytes(end - ram)} MiB more than the RAM</title><rect fill="url(#barred)" y="${barHeight - bandHeight}" width="100%" height="${bandHeight}"/>
<rect class="area" fill="none" width="100%" height="100%"/></svg>
`;
}

/** Shows which part of the RAM pods may use. */
function bracket({ board }: BoardOutcome, scale: number): Markup {
  const { ram, memory } = board;
  const { allocatable } = memory;
  if (allocatable === 0) return markup``;
  const [from, to] = [percent(thousandths(ram - allocatable, scale)), percent(thousandths(ram, scale))];
  const bottom = bracketTop + bracketDepth;
  // The text may be wider than the bracket: it grows towards the side with more space.
  const fromLeft = ram - allocatable < scale / 2;
  return markup`<g fill="var(--muted)" stroke="var(--muted)"><line x1="${from}" x2="${from}" y1="${bracketTop}" y2="${bottom}"/>
<line x1="${from}" x2="${to}" y1="${bottom}" y2="${bottom}"/><line x1="${to}" x2="${to}" y1="${bracketTop}" y2="${bottom}"/>
<text stroke="none" x="${fromLeft ? from : to}" y="${bottom + 15}" text-anchor="${fromLeft ? "start" : "end"}">allocatable ${mebibytes(allocatable)} MiB</text></g>`;
}
