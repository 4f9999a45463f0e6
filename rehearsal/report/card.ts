import { bar } from "./bar.ts";
import { count, mebibytes } from "./figures.ts";
import { swatch } from "./legend.ts";
import { figures, type Markup, markup, table } from "./markup.ts";
import { type BoardOutcome, left } from "./outcome.ts";
import { arithmetic, derivation } from "./plan.ts";
import { podName } from "./sections.ts";
import { kindOf, numberedPods } from "./segments.ts";

/**
 * A board: its RAM as a picture, its pods and the sum behind it.
 *
 * @param index its place in the page, which makes its heading's id
 * @param scale the MiB that the bar's full width stands for
 */
export function card(outcome: BoardOutcome, index: number, scale: number): Markup {
  const { board } = outcome;
  const id = `board-${index}`;
  return markup`<section class="card" aria-labelledby="${id}">
<header>
<h3 id="${id}">${board.name}</h3>
${freeMemory(left(outcome))}
<p class="about">${about(outcome)}</p>
</header>
<div class="frame">${bar(outcome, scale)}</div>
<div class="halves">
${podTable(outcome)}
${arithmetic(outcome)}
</div>
${derivation(board)}
</section>
`;
}

function about({ board }: BoardOutcome): string {
  const { name, role, host, modelName, ram, cores, takesApps } = board;
  const duty = role === "worker" ? "worker" : takesApps ? "control plane, also runs apps" : "control plane";
  const facts = [modelName, count(cores, "core"), `${mebibytes(ram)} MiB`, duty];
  return [...facts, ...(host === name ? [] : [host])].join(" · ");
}

function freeMemory(left: number): Markup {
  const [figure, words] = left < 0 ? [-left, "MiB too much"] : [left, "MiB left"];
  return markup`<p class="free${left < 0 ? " bad" : ""}"><strong>${mebibytes(figure)}</strong> ${words}</p>`;
}

function podTable(outcome: BoardOutcome): Markup {
  const pods = numberedPods(outcome);
  if (pods.length === 0) return markup`<p>No pods.</p>`;
  const rows = pods.map(
    ({ number, pod }) => markup`<tr><td class="figure number">${number}</td>
<th scope="row">${swatch(kindOf(pod))} ${podName(pod)}${pod.isOther ? markup` <span class="why">not bramble's</span>` : markup``}</th>
<td class="figure">${mebibytes(pod.memory)}</td></tr>
`,
  );
  const number = figures(markup`<abbr title="number in the bar">#</abbr>`);
  return table("pods", [number, "Pod", figures("MiB")], rows, count(pods.length, "pod"));
}
