/** Markup that is safe to put into the page. Everything else is text, and `markup` escapes it. */
export class Markup {
  readonly text: string;

  /** @param text taken as it is: only what bramble itself wrote may come here */
  constructor(text: string) {
    this.text = text;
  }
}

type Value = string | number | Markup | readonly Markup[];

/** Template tag: escapes every text that is put in, for element content and quoted attributes alike. */
export function markup(strings: TemplateStringsArray, ...values: readonly Value[]): Markup {
  return new Markup(String.raw({ raw: strings }, ...values.map(rendered)));
}

function rendered(value: Value): string {
  if (value instanceof Markup) return value.text;
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return escaped(value);
  return value.map(({ text }) => text).join("");
}

function escaped(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\t\n\r\u0020-\uFFFD\u{10000}-\u{10FFFF}]/gu, "\uFFFD") // Not allowed in XML, not even escaped.
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A card of the page; its heading has the id. */
export function section(id: string, title: string, content: Markup, kind = "card"): Markup {
  return markup`<section class="${kind}" aria-labelledby="${id}">
<h2 id="${id}">${title}</h2>
${content}
</section>`;
}

/** @param head titles of the columns, or their header cells */
export function table(
  kind: string,
  head: readonly (string | Markup)[],
  rows: readonly Markup[],
  caption?: string,
): Markup {
  const cells = head.map((each) => (each instanceof Markup ? each : markup`<th scope="col">${each}</th>`));
  return markup`<table class="${kind}">
${caption === undefined ? markup`` : markup`<caption>${caption}</caption>\n`}<thead><tr>${cells}</tr></thead>
<tbody>
${rows}</tbody>
</table>`;
}

/** The header cell of a column of figures. */
export function figures(title: string | Markup): Markup {
  return markup`<th scope="col" class="figure">${title}</th>`;
}

/** `text` with its web addresses as links. */
export function linked(text: string): Markup {
  const parts = text.split(/(https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]])/);
  // A split by one group alternates between what is outside and what is inside.
  return markup`${parts.map((part, index) => (index % 2 === 0 ? markup`${part}` : markup`<a href="${part}">${part}</a>`))}`;
}
