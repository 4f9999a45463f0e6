import { duration } from "../../tools/lines.ts";
import { mebibytes } from "./figures.ts";
import { figures, type Markup, markup, section, table } from "./markup.ts";
import { type BoardOutcome, type Outcome, type PendingPod, requested, type Step } from "./outcome.ts";

/** The cluster in four figures. */
export function facts({ boards, pending }: Outcome): Markup {
  const pods = sum(boards, (board) => board.pods.length);
  const allocatable = sum(boards, ({ board }) => board.memory.allocatable);
  const used = sum(boards, requested);
  return described("facts", {
    "Pods running": pending.length === 0 ? `${pods}` : `${pods} of ${pods + pending.length}`,
    Allocatable: `${mebibytes(allocatable)} MiB`,
    Requested: `${mebibytes(used)} MiB`,
    Left: `${mebibytes(allocatable - used)} MiB`,
  });
}

function sum(boards: readonly BoardOutcome[], figure: (board: BoardOutcome) => number): number {
  return boards.reduce((total, board) => total + figure(board), 0);
}

function described(kind: string, facts: Readonly<Record<string, string>>): Markup {
  const items = Object.entries(facts).map(
    ([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>\n`,
  );
  return markup`<dl class="${kind}">\n${items}</dl>`;
}

/** The pods that do not run, if there are any. */
export function pendingPods(pending: readonly PendingPod[]): Markup {
  if (pending.length === 0) return markup``;
  const rows = pending.map(
    (pod) => markup`<tr><th scope="row">${podName(pod)}</th><td>${pod.reason}</td></tr>\n`,
  );
  return section("pending", "Not running", table("stacked", ["Pod", "Reason"], rows), "card pending");
}

/** May break between namespace and name. */
export function podName({ namespace, name }: { namespace: string; name: string }): Markup {
  return markup`<span class="namespace">${namespace}/</span><wbr/>${name}`;
}

/** The steps in the order in which they were done, each with a bar beside its time. */
export function steps(done: readonly Step[]): Markup {
  if (done.length === 0) return markup``;
  const longest = Math.max(...done.map(({ seconds }) => seconds));
  const rows = done.map(({ name, seconds }) => {
    const share = longest === 0 ? 0 : (seconds / longest) * 100;
    return markup`<tr><th scope="row">${name}</th><td class="figure">${duration(seconds)}</td>
<td class="time"><svg width="100%" height="8" aria-hidden="true"><rect fill="var(--pod)" width="${share.toFixed(1)}%" height="8" rx="2"/></svg></td></tr>
`;
  });
  const columns = ["Step", figures("Time"), markup`<td class="time"></td>`];
  return section("steps", "Steps", table("steps", columns, rows));
}

/** What was deployed, by what, onto what. */
export function deployment({ stack, kubernetesVersion, deployedBy, changes }: Outcome): Markup {
  const rows = {
    Stack: stack,
    Kubernetes: kubernetesVersion,
    "Deployed by": deployedBy,
    Changes: changes,
  };
  return section("deployment", "How it was deployed", described("rows", rows));
}
