import type { UpgradeStep } from "../../components/capacity/boardFailure.ts";
import { shortageText } from "../../components/capacity/shortage.ts";
import type { FailureOutcome } from "../failure.ts";
import { type Markup, markup, section, table } from "./markup.ts";

/** What happens if each board fails. */
export function failures(outcomes: readonly FailureOutcome[]): Markup {
  if (outcomes.length === 0) return markup``;
  const columns = ["Board", "Moves", "Waits for it", "Pending"];
  const content = markup`${table("failures stacked", columns, outcomes.map(failureRow))}
<p class="note">${noteOn(outcomes)}</p>`;
  return section("failures", "If a board fails", content);
}

function failureRow({ board, hasControlPlane, moves, pending, tied }: FailureOutcome): Markup {
  const name = markup`<th scope="row"><strong>${board}</strong></th>`;
  if (!hasControlPlane) {
    return markup`<tr>${name}<td colspan="3">The API is down until it is back. Running pods keep running, but nothing is moved, restarted or changed.</td></tr>
`;
  }
  if (moves.length + pending.length + tied.length === 0) {
    return markup`<tr>${name}<td colspan="3">No impact.</td></tr>
`;
  }
  const moved = moves.map(({ name: pod, to }) => markup`<li>${pod} → ${to}</li>`);
  const stands = tied.map((each) => markup`<li>${each}</li>`);
  const lost = pending.map(
    ({ name: pod, reason }) =>
      markup`<li class="bad"><strong>${pod}</strong> <span class="why">${reason}</span></li>`,
  );
  return markup`<tr>${name}${cell("Moves", moved)}${cell("Waits for it", stands)}${cell("Pending", lost)}</tr>
`;
}

function cell(title: string, items: readonly Markup[]): Markup {
  if (items.length === 0) return markup`<td class="none">–</td>`;
  return markup`<td><span class="title">${title}</span><ul>${items}</ul></td>`;
}

/** Whether it was seen or calculated. */
function noteOn(outcomes: readonly FailureOutcome[]): string {
  const seen = outcomes.filter(({ isRehearsed }) => isRehearsed).length;
  const how = "Pods that run on every board fail with it and are not listed.";
  if (seen === outcomes.length)
    return `Rehearsed: the real scheduler did this, with each board failing in turn. ${how}`;
  if (seen === 0)
    return `Calculated. To rehearse it with the real scheduler: npm start -- --fail each. ${how}`;
  const names = outcomes.flatMap(({ board, isRehearsed }) => (isRehearsed ? [board] : []));
  return `Rehearsed for ${names.join(", ")}, calculated for the others. ${how}`;
}

/** In which order boards can be taken out and upgraded. */
export function upgrade(steps: readonly UpgradeStep[]): Markup {
  if (steps.length === 0) return markup``;
  const items = steps.map((step) => {
    const text = upgradeText(step);
    const shown = step.pending.length > 0 ? markup`<span class="bad">${text}</span>` : text;
    return markup`<li><strong>${step.board}</strong> ${shown}</li>\n`;
  });
  return section(
    "upgrade",
    "Upgrade order, one board at a time",
    markup`<ol class="upgrade">\n${items}</ol>`,
  );
}

/** What a step of an upgrade comes to, in a sentence. */
export function upgradeText({ isCertain, pending, tied }: UpgradeStep): string {
  const waits =
    tied.length > 0 ? ` Meanwhile ${tied.join(", ")} ${tied.length === 1 ? "waits" : "wait"} for it.` : "";
  if (pending.length > 0)
    return `does not fit elsewhere while it is drained: ${pending.map(shortageText).join("; ")}.${waits}`;
  if (isCertain) return `everything that can move fits elsewhere.${waits}`;
  return `everything fits as placed now, but might not if the scheduler places pods differently.${waits}`;
}
