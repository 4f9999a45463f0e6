import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const css = readFileSync(new URL("../../../rehearsal/report/style/colours.css", import.meta.url), "utf8");
const names = [...css.matchAll(/--([a-z-]+):/g)].map(([, name]) => name);
const colours = [...css.matchAll(/--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);/g)];
const [light, dark] = [2, 3].map((at): Record<string, string> =>
  Object.fromEntries(colours.map((match) => [match[1]!, match[at]!])),
) as [Record<string, string>, Record<string, string>];

/** WCAG 2.2: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(one = "", other = ""): number {
  const [darker = NaN, brighter = NaN] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (brighter + 0.05) / (darker + 0.05);
}

function luminance(colour: string): number {
  const [red = NaN, green = NaN, blue = NaN] = [1, 3, 5].map((at) => {
    const share = parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

const themes = [
  ["light", light],
  ["dark", dark],
] as const;

const texts = [
  ["text", "page"],
  ["text", "card"],
  ["text", "bad-ground"],
  ["muted", "page"],
  ["muted", "card"],
  ["muted", "bad-ground"],
  ["bad", "card"],
  ["link", "card"],
  ["on-firmware", "firmware"],
  ["on-reserve", "reserve"],
  ["on-static", "static"],
  ["on-pod", "pod"],
  ["on-other", "other"],
  ["on-free", "free"],
] as const;

const shapes = [
  ["good", "page"],
  ["bad", "page"],
  ["good", "card"],
  ["bad", "card"],
  ["caution", "card"],
  ["firmware", "card"],
  ["reserve-ink", "reserve"],
  ["static", "card"],
  ["pod", "card"],
  ["other", "card"],
  ["free-line", "card"],
  ["free-line", "free"],
] as const;

it.each(themes)("has every colour in the %s theme", (_, theme) => {
  expect(Object.keys(theme)).toEqual(names);
  for (const name of [...texts, ...shapes].flat()) expect(theme).toHaveProperty(name);
});

it.each(themes.flatMap(([name, theme]) => texts.map((pair) => [...pair, name, theme] as const)))(
  "lets %s be read on %s, %s",
  (ink, ground, _, theme) => {
    expect(contrast(theme[ink], theme[ground])).toBeGreaterThanOrEqual(4.5);
  },
);

it.each(themes.flatMap(([name, theme]) => shapes.map((pair) => [...pair, name, theme] as const)))(
  "lets %s be seen on %s, %s",
  (shape, ground, _, theme) => {
    expect(contrast(theme[shape], theme[ground])).toBeGreaterThanOrEqual(3);
  },
);
