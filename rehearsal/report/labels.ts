import { Markup, markup } from "./markup.ts";
import { kinds, type Segment } from "./segments.ts";

/** CSS pixels: a character of the widest common system font at the labels' 11 px, and the room around a label. */
const characterWidth = 6.8;
const padding = 9;

/**
 * Widths of the whole bar, in CSS pixels, at which labels appear. The page has no script that could measure:
 * each label says from which of these widths on its segment is wide enough. The last is the widest that
 * style/page.css lets a bar get.
 */
const thresholds = [300, 360, 420, 480, 560, 640, 720, 800, 880, 940];

/** Style rules that show each label where it fits. The bar's box must be a size container. */
export const labelRules = new Markup(thresholds.map(rule).join("\n"));

function rule(width: number): string {
  return `.from-${width}{display:none}@container (min-width:${width}px){.from-${width}{display:inline}}`;
}

/** What a segment says about itself: a pod its number and, with more room, its name. */
export function label({ kind, number, label, size }: Segment, scale: number): Markup {
  const share = size / scale;
  const fill = `var(--${kinds[kind].ink})`;
  if (number === undefined) {
    const shown = whereFits(label.length, share);
    return shown === undefined
      ? markup``
      : markup`<text fill="${fill}" class="${shown}" x="5" y="28">${label}</text>`;
  }
  const digits = String(number);
  const shown = whereFits(digits.length, share);
  if (shown === undefined) return markup``;
  const named = whereFits(digits.length + 1 + label.length, share);
  const name = named === undefined ? markup`` : markup`<tspan class="${named}" dx="4">${label}</tspan>`;
  return markup`<text fill="${fill}" class="${shown}" x="4" y="28"><tspan class="number">${digits}</tspan>${name}</text>`;
}

/** The class that shows a text where it fits into a share of the bar; undefined where it never does. */
function whereFits(characters: number, share: number): string | undefined {
  const needed = (characters * characterWidth + padding) / share;
  const threshold = thresholds.find((width) => width >= needed);
  return threshold === undefined ? undefined : `from-${threshold}`;
}
