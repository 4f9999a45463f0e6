// A run of the lab as a page.
import { figures, markup, section, table, type Markup } from "../rehearsal/report/markup.ts";
import { mark, page } from "../rehearsal/report/page.ts";
import { duration, lastLines } from "../tools/lines.ts";
import type { Finding } from "./checks.ts";
import type { Chapter, LabRecord } from "./record.ts";

/** What a report is about. */
export interface LabReport {
  /** How the run was asked for: `npm run lab -- --home`. */
  readonly command: string;
  /** Of its end: `2026-11-30`. */
  readonly date: string;
  readonly record: Pick<LabRecord, "chapters" | "failure" | "holds">;
}

/** Every check with what was seen, and how long each part of the run took. */
export function labReport({ command, date, record }: LabReport): string {
  const { chapters, failure, holds } = record;
  const findings = chapters.flatMap((chapter) => chapter.findings);
  const bad = findings.filter((finding) => !finding.holds).length;
  const checks = `${findings.length} checks`;
  const verdict = bad === 0 ? "all hold" : `${bad} ${bad === 1 ? "does" : "do"} not hold`;
  const headline = `${checks}: ${verdict}${failure === undefined ? "" : ", then an error ended the run"}`;
  const seconds = chapters.reduce((sum, chapter) => sum + chapter.seconds, 0);
  return page({
    title: `${command}: ${headline}`,
    over: `${command}, ${date}, ${duration(seconds)}`,
    headline,
    fine: holds,
    content: [...chapters.map(chapterCard), ...(failure === undefined ? [] : [failureCard(failure)])],
  });
}

function chapterCard({ title, seconds, findings, lines }: Chapter, index: number): Markup {
  const rows = findings.map(
    (
      finding,
    ) => markup`<tr><th scope="row">${mark(finding.holds, 16)} ${finding.what}</th><td>${seenOf(finding)}</td></tr>
`,
  );
  const log = lines.map(
    ({ at, text }) => markup`<tr><td class="figure">${at.toFixed(0)} s</td><td>${text}</td></tr>
`,
  );
  const said = table("log", [figures("At"), "Line"], log);
  return section(
    `part-${index + 1}`,
    `${title} (${duration(seconds)})`,
    markup`${rows.length === 0 ? markup`` : table("findings", ["Check", "Seen"], rows)}
${log.length === 0 ? markup`` : markup`<details><summary>${log.length} lines</summary>${said}</details>`}`,
  );
}

function failureCard(failure: string): Markup {
  return section("failure", "What ended the run", markup`<pre>${failure}</pre>`);
}

/** Of what was seen the end, and of a page nothing: the check has found in it what it looked for. */
function seenOf({ seen, what, holds }: Finding): string {
  if (holds && (what.endsWith(seen) || seen.startsWith("<!doctype"))) return "";
  return lastLines(seen, 4);
}
