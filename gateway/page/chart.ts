import { buckets, bucketSeconds } from "../history.ts";
import { escaped, numberText } from "./markup.ts";

/** What a chart shows. */
export interface Chart {
  /** CSS class of its line. */
  readonly kind: "temperature" | "humidity";
  /** `Temperature`, for its heading. */
  readonly title: string;
  readonly unit: string;
  /** The last day, oldest first. */
  readonly points: readonly (number | undefined)[];
  /** The smallest span that its axis has, so that noise does not look like weather. */
  readonly leastSpan: number;
}

const size = { width: 340, height: 116 };
const plot = { left: 34, right: 6, top: 8, bottom: 20 };
/** Empty points that a line spans: a sensor that is asked every ten minutes leaves some, one that is silent more. */
const longestGap = 900 / bucketSeconds;

/** A quantity over the last day as a line in SVG, or a sentence if there was nothing. */
export function renderChart(chart: Chart): string {
  const values = chart.points.filter((value) => value !== undefined);
  const heading = `<h3>${chart.title} <small>${rangeText(values, chart.unit)}</small></h3>`;
  if (values.length === 0) return `${heading}<p class="empty">no reading in the last day</p>`;
  const scale = scaleOf(values, chart.leastSpan);
  const label = `${chart.title} over the last day: ${rangeText(values, chart.unit)}`;
  return `${heading}<svg class="${chart.kind}" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${escaped(label)}">${grid(scale)}${curve(chart.points, scale)}</svg>`;
}

interface Scale {
  readonly ticks: readonly number[];
  readonly y: (value: number) => number;
}

function rangeText(values: readonly number[], unit: string): string {
  if (values.length === 0) return "";
  return `${numberText(Math.min(...values))} to ${numberText(Math.max(...values))} ${unit}`;
}

/** Three to five round ticks around all values. */
function scaleOf(values: readonly number[], leastSpan: number): Scale {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const missing = Math.max(0, leastSpan - (high - low)) / 2;
  const [from, to] = [low - missing, high + missing];
  const step = [1, 2, 5, 10, 20, 50, 100].find((each) => (to - from) / each <= 3) ?? 200;
  const [first, last] = [Math.floor(from / step), Math.ceil(to / step)];
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
  const height = size.height - plot.top - plot.bottom;
  const span = (last - first) * step;
  return { ticks, y: (value) => plot.top + height * (1 - (value - first * step) / span) };
}

function x(point: number): number {
  return plot.left + ((size.width - plot.left - plot.right) * point) / (buckets - 1);
}

function grid({ ticks, y }: Scale): string {
  const lines = ticks.map((tick) => {
    const at = y(tick).toFixed(1);
    return `<path class="grid" d="M${plot.left} ${at}H${size.width - plot.right}"/><text x="${plot.left - 5}" y="${at}" dy=".32em" text-anchor="end">${numberText(tick, 0)}</text>`;
  });
  const hours = [24, 18, 12, 6, 0].map((hour) => {
    const at = x((buckets - 1) * (1 - hour / 24)).toFixed(1);
    const anchor = hour === 0 ? "end" : hour === 24 ? "start" : "middle";
    const text = hour === 0 ? "now" : `−${hour} h`;
    return `<text x="${at}" y="${size.height - 5}" text-anchor="${anchor}">${text}</text>`;
  });
  return [...lines, ...hours].join("");
}

function curve(points: Chart["points"], { y }: Scale): string {
  let path = "";
  let before = -Infinity;
  let end = "";
  points.forEach((value, index) => {
    if (value === undefined) return;
    const at = `${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
    // A line of no length, with round ends, is a dot.
    path += index - before > longestGap ? `M${at}L${at}` : `L${at}`;
    before = index;
    end = `<circle cx="${x(index).toFixed(1)}" cy="${y(value).toFixed(1)}" r="3"/>`;
  });
  return `<path class="line" d="${path}"/>${end}`;
}
