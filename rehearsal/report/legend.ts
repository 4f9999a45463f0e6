import { Markup, markup } from "./markup.ts";
import { type Kind, kinds } from "./segments.ts";

/** A small piece of a bar, to be put beside a text. */
export function swatch(kind: Kind | "beyond"): Markup {
  const fill = kind === "beyond" ? "url(#barred)" : kinds[kind].fill;
  return markup`<svg class="swatch segment ${kind}" width="16" height="16" aria-hidden="true"><rect class="area" fill="${fill}" width="100%" height="100%"/></svg>`;
}

/** What the stretches of the bars stand for; what is not on every page only where it is. */
export function legend(someOverflow: boolean, someOthers: boolean): Markup {
  const all = (Object.keys(kinds) as Kind[]).filter((kind) => kind !== "other" || someOthers);
  const items = all.map((kind) => markup`<li>${swatch(kind)} ${kinds[kind].title}</li>`);
  const beyond = someOverflow ? markup`<li>${swatch("beyond")} Beyond the RAM</li>` : markup``;
  return markup`<ul class="legend" aria-label="Legend of the bars">${items}${beyond}</ul>`;
}

/**
 * The patterns that tell the reserves apart without colour. `kinds` refers to them by id. The picture that
 * holds them has no size: one that is not displayed would take its patterns away with it.
 */
export const patterns = new Markup(`<svg class="patterns" width="0" height="0" aria-hidden="true"><defs>
<pattern id="hatched" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect fill="var(--reserve)" width="7" height="7"/><rect fill="var(--reserve-ink)" width="1.2" height="7"/></pattern>
<pattern id="dotted" width="7" height="7" patternUnits="userSpaceOnUse"><rect fill="var(--reserve)" width="7" height="7"/><circle fill="var(--reserve-ink)" cx="1.75" cy="1.75" r="0.9"/><circle fill="var(--reserve-ink)" cx="5.25" cy="5.25" r="0.9"/></pattern>
<pattern id="striped" width="6" height="6" patternUnits="userSpaceOnUse"><rect fill="var(--reserve)" width="6" height="6"/><rect fill="var(--reserve-ink)" width="6" height="1"/></pattern>
<pattern id="barred" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect fill="var(--card)" width="8" height="8"/><rect fill="var(--bad)" width="4" height="8"/></pattern>
</defs></svg>`);
