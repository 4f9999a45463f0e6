import { duration } from "../../tools/lines.ts";
import { mebibytes } from "./figures.ts";
import { type Markup, markup } from "./markup.ts";
import { type BoardOutcome, type Outcome, type PendingPod, requested, type Step } from "./outcome.ts";

/** The cluster in four figures. */
export function facts({ boards, pending }: Outcome): Markup {
  const pods = boards.reduce((total, board) => total + board.pods.length, 0);
  const allocatable = sum(boards, ({ board }) => board.memory.allocatable);
  const used = sum(boards, requested);
  const figures = [
    fact("Pods running", pending.length === 0 ? `${pods}` : `${pods} of ${pods + pending.length}`),
    fact("Allocatable", `${mebibytes(allocatable)} MiB`),
    fact("Requested", `${mebibytes(used)} MiB`),
    fact("Left", `${mebibytes(allocatable - used)} MiB`),
  ];
  return markup`<dl class="facts">
${figures}</dl>`;
}

function sum(boards: readonly BoardOutcome[], figure: (board: BoardOutcome) => number): number {
  return boards.reduce((total, board) => total + figure(board), 0);
}

function fact(name: string, value: string): Markup {
  return markup`<div><dt>${name}</dt><dd>${value}</dd></div>
`;
}

/** The pods that do not run, if there are any. */
export function pendingPods(pending: readonly PendingPod[]): Markup {
  if (pending.length === 0) return markup``;
  return markup`<section class="card pending" aria-labelledby="pending">
<h2 id="pending">Not running</h2>
<table class="stacked">
<thead><tr><th scope="col">Pod</th><th scope="col">Reason</th></tr></thead>
<tbody>
${pending.map(pendingRow)}</tbody>
</table>
</section>`;
}

function pendingRow({ namespace, name, reason }: PendingPod): Markup {
  return markup`<tr><th scope="row"><span class="namespace">${namespace}/</span><wbr/>${name}</th><td>${reason}</td></tr>
`;
}

/** The steps in the order in which they were done, each with a bar beside its time. */
export function steps(done: readonly Step[]): Markup {
  if (done.length === 0) return markup``;
  const longest = Math.max(...done.map(({ seconds }) => seconds));
  const rows = done.map(({ name, seconds }) => {
    const share = longest === 0 ? 0 : (seconds / longest) * 100;
    return markup`<tr><th scope="row">${name}</th><td class="figure">${duration(seconds)}</td>
<td class="time"><svg width="100%" height="8" aria-hidden="true"><rect width="${share.toFixed(1)}%" height="8" rx="2"/></svg></td></tr>
`;
  });
  return markup`<section class="card" aria-labelledby="steps">
<h2 id="steps">Steps</h2>
<table class="steps">
<thead><tr><th scope="col">Step</th><th scope="col" class="figure">Time</th><td class="time"></td></tr></thead>
<tbody>
${rows}</tbody>
</table>
</section>`;
}

/** What was deployed, by what, onto what. */
export function deployment({ stack, kubernetesVersion, deployedBy, changes }: Outcome): Markup {
  const rows = [
    fact("Stack", stack),
    fact("Kubernetes", kubernetesVersion),
    fact("Deployed by", deployedBy),
    fact("Changes", changes),
  ];
  return markup`<section class="card" aria-labelledby="deployment">
<h2 id="deployment">How it was deployed</h2>
<dl class="rows">
${rows}</dl>
</section>`;
}
