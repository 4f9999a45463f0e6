import { scaleOf } from "./bar.ts";
import { card } from "./card.ts";
import { cluster } from "./cluster.ts";
import { failures, upgrade } from "./failures.ts";
import { labelRules } from "./labels.ts";
import { legend, patterns } from "./legend.ts";
import { markup } from "./markup.ts";
import type { Outcome } from "./outcome.ts";
import { page } from "./page.ts";
import { policies } from "./policies.ts";
import { deployment, facts, pendingPods, steps } from "./sections.ts";
import { endOf } from "./segments.ts";
import { caution, verdict } from "./verdict.ts";

/** What a rehearsal found out, as one page. */
export function htmlReport(outcome: Outcome): string {
  const { boards, pending } = outcome;
  const { fine, sentence } = verdict(outcome);
  const uncertain = caution(outcome);
  const scale = scaleOf(boards);
  const overflows = boards.some((board) => endOf(board) > board.board.ram);
  const hasOthers = boards.some(({ pods }) => pods.some(({ isOther }) => isOther));
  return page({
    title: `${outcome.stack}: ${sentence}`,
    over: `Rehearsal of the stack ${outcome.stack}`,
    headline: sentence,
    fine,
    style: labelRules.text,
    definitions: patterns,
    content: [
      markup`${facts(outcome)}
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
`,
    ],
  });
}
