// What every report is: one page that needs nothing else.
import { readFileSync } from "node:fs";
import { replaceFile } from "../../tools/replaceFile.ts";
import { Markup, markup } from "./markup.ts";

/** What a page says. */
export interface Page {
  /** Title of the browser's tab. */
  title: string;
  /** What the page is about, above its headline. */
  over: string;
  /** The verdict, in one sentence, and whether it is a good one. */
  headline: string;
  fine: boolean;
  /** Styles besides those of every page. Default: none. */
  style?: string;
  /** What stands around the page's content and is not seen: definitions for its drawings. Default: nothing. */
  definitions?: Markup;
  content: readonly Markup[];
}

/** The page as HTML: no script, no outside resource, and well-formed XML. The same content gives the same page. */
export function page({ title, over, headline, fine, style = "", definitions, content }: Page): string {
  return markup`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="color-scheme" content="light dark"/>
<title>${title}</title>
<style>
${new Markup([...sheets(), style].join("\n"))}
</style>
</head>
<body>
${definitions ?? markup``}
<main>
<header>
<p class="over">${over}</p>
<h1>${mark(fine)} ${headline}</h1>
</header>
${content}</main>
</body>
</html>
`.text;
}

/**
 * Writes a page. Whoever has the old one open never sees half of the new.
 *
 * @param path the page; its folder is made if it is missing
 * @throws Error if it cannot be written; the old page is still there then
 */
export async function writePage(path: string, html: string): Promise<void> {
  await replaceFile(path, html).catch((error: unknown) => {
    const wanted = "Its folder must be writable, and there must be no folder with its name.";
    throw new Error(`cannot write the report to ${path}: ${(error as Error).message}. ${wanted}`, {
      cause: error,
    });
  });
}

/** A tick or a cross, of 32 pixels or as many as given. What it says must stand beside it in words, too. */
export function mark(fine: boolean, size = 32): Markup {
  const path = fine ? "M5 13l4.5 4.5L19 7.5" : "M7 7l10 10M17 7L7 17";
  return markup`<svg class="mark ${fine ? "good" : "bad"}" viewBox="0 0 24 24" width="${size}" height="${size}" aria-hidden="true"><circle cx="12" cy="12" r="12"/><path d="${path}"/></svg>`;
}

/** In the order in which they overrule each other. */
const styles = ["colours", "page", "bars", "cluster", "tables", "print"];

function sheets(): string[] {
  return styles.map((name) => readFileSync(new URL(`style/${name}.css`, import.meta.url), "utf8"));
}
