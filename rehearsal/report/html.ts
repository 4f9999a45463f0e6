import { readFileSync } from "node:fs";
import { replaceFile } from "../../tools/replaceFile.ts";
import { scaleOf } from "./bar.ts";
import { card } from "./card.ts";
import { cluster } from "./cluster.ts";
import { failures, upgrade } from "./failures.ts";
import { labelRules } from "./labels.ts";
import { legend, patterns } from "./legend.ts";
import { Markup, markup } from "./markup.ts";
import type { Outcome } from "./outcome.ts";
import { policies } from "./policies.ts";
import { deployment, facts, pendingPods, steps } from "./sections.ts";
import { endOf } from "./segments.ts";
import { caution, verdict } from "./verdict.ts";

/**
 * What a rehearsal found out, as one page that needs nothing else: no script, no outside resource. The same
 * outcome gives the same page. Besides, it is well-formed XML.
 */
export function htmlReport(outcome: Outcome): string {
  const { boards, pending } = outcome;
  const { fine, sentence } = verdict(outcome);
  const uncertain = caution(outcome);
  const scale = scaleOf(boards);
  const overflows = boards.some((board) => endOf(board) > board.board.ram);
  const hasOthers = boards.some(({ pods }) => pods.some(({ isOther }) => isOther));
  const page = markup`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="color-scheme" content="light dark"/>
<title>${outcome.stack}: ${sentence}</title>
<style>
${style()}
${labelRules}
</style>
</head>
<body>
${patterns}
<main>
<header>
<p class="over">Rehearsal of the stack ${outcome.stack}</p>
<h1>${mark(fine)} ${sentence}</h1>
</header>
${facts(outcome)}
${uncertain === "" ? markup`` : markup`<p class="uncertain">${uncertain}</p>`}
${pendingPods(pending)}
${cluster(boards)}
${failures(outcome.failures)}
<section aria-labelledby="boards">
<h2 id="boards">Memory of the boards</h2>
${legend(overflows, hasOthers)}
${boards.map((board, index) => card(board, index, scale))}</section>
${upgrade(outcome.upgrade)}
${policies(outcome.policies)}
${steps(outcome.steps)}
${deployment(outcome)}
</main>
</body>
</html>
`;
  return page.text;
}

/**
 * Writes the report as a page. Whoever has the old one open never sees half of the new.
 *
 * @param path the page; its folder is made if it is missing
 * @throws Error if it cannot be written; the old page is still there then
 */
export async function writeReport(path: string, outcome: Outcome): Promise<void> {
  await replaceFile(path, htmlReport(outcome)).catch((error: unknown) => {
    const wanted = "Its folder must be writable, and there must be no folder with its name.";
    throw new Error(`cannot write the report to ${path}: ${(error as Error).message}. ${wanted}`, {
      cause: error,
    });
  });
}

/** A tick or a cross. The headline says the same in words. */
function mark(fine: boolean): Markup {
  const path = fine ? "M5 13l4.5 4.5L19 7.5" : "M7 7l10 10M17 7L7 17";
  return markup`<svg class="mark ${fine ? "good" : "bad"}" viewBox="0 0 24 24" width="32" height="32" aria-hidden="true"><circle cx="12" cy="12" r="12"/><path d="${path}"/></svg>`;
}

/** In the order in which they overrule each other. */
const styles = ["colours", "page", "bars", "cluster", "tables", "print"];

function style(): Markup {
  const sheets = styles.map((name) => readFileSync(new URL(`style/${name}.css`, import.meta.url), "utf8"));
  return new Markup(sheets.join("\n"));
}
