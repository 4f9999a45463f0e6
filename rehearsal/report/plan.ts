import type { MemoryPlan, Term } from "../../components/board/memoryPlan.ts";
import { count, mebibytes } from "./figures.ts";
import { swatch } from "./legend.ts";
import { figures, linked, type Markup, markup, table } from "./markup.ts";
import { type BoardOutcome, left, requested } from "./outcome.ts";
import { type Kind, kindOf } from "./segments.ts";

/** How a board's RAM becomes what is left of it, as a sum. */
export function arithmetic(outcome: BoardOutcome): Markup {
  const { board, pods } = outcome;
  const { capacity, systemReserved, kubeReserved, evictionHard, allocatable } = board.memory;
  const unreserved = capacity - systemReserved - kubeReserved - evictionHard;
  const { static: statics = [], pod: apps = [], other: others = [] } = Object.groupBy(pods, kindOf);
  const free = left(outcome);
  return markup`<table class="sum">
<caption>From RAM to free memory</caption>
<thead><tr><th scope="col">Part</th>${figures("MiB")}</tr></thead>
<tbody>
${result("RAM", board.ram)}${less("firmware", "firmware and kernel", board.ram - capacity)}
${result("Capacity", capacity)}${less("system", "system reserved", systemReserved)}
${less("kubernetes", "Kubernetes reserved", kubeReserved)}${less("eviction", "eviction threshold", evictionHard)}
${result(unreserved < 0 ? `Allocatable (${mebibytes(unreserved)}, so none)` : "Allocatable", allocatable)}
${statics.length > 0 ? less("static", count(statics.length, "static pod"), requested({ pods: statics })) : markup``}
${less("pod", count(apps.length, statics.length > 0 ? "other pod" : "pod"), requested({ pods: apps }))}
${others.length > 0 ? less("other", `${count(others.length, "pod")}, not bramble's`, requested({ pods: others })) : markup``}
</tbody>
<tfoot class="${free < 0 ? "bad" : ""}">${result(free < 0 ? "Left: not enough" : "Left", free)}</tfoot>
</table>`;
}

function result(name: string, figure: number): Markup {
  return markup`<tr class="result"><th scope="row">${name}</th><td class="figure">${mebibytes(figure)}</td></tr>`;
}

function less(kind: Kind, name: string, figure: number): Markup {
  return markup`<tr><th scope="row">${swatch(kind)} ${name}</th><td class="figure">− ${mebibytes(figure)}</td></tr>`;
}

/** Where the reservations come from, and the limits that the bar does not show. */
export function derivation({ memory }: { readonly memory: MemoryPlan }): Markup {
  const { systemReserved, kubeReserved, evictionSoft, evictionMinimumReclaim, maxPods } = memory;
  return markup`<details>
<summary>Sources of these figures</summary>
<div class="derivation">
${terms(`System reserved: ${mebibytes(systemReserved)} MiB`, memory.derivation.systemReserved)}
${terms(`Kubernetes reserved: ${mebibytes(kubeReserved)} MiB`, memory.derivation.kubeReserved)}
</div>
<p>At most ${count(maxPods, "pod")}. Below ${evictionSoft} MiB available the kubelet evicts pods after a grace period,
below the eviction threshold at once, each time until ${evictionMinimumReclaim} MiB are reclaimed.</p>
</details>`;
}

function terms(title: string, summands: readonly Term[]): Markup {
  const rows = summands.map(
    ({
      what,
      mebibytes: figure,
      source,
    }) => markup`<tr><th scope="row">${what}</th><td class="figure">${mebibytes(figure)}</td>
<td class="source">${linked(source)}</td></tr>
`,
  );
  return table("terms stacked", ["For", figures("MiB"), "Source"], rows, title);
}
