import { mebibytes } from "./figures.ts";
import { type Markup, markup, section } from "./markup.ts";
import { type BoardOutcome, requested } from "./outcome.ts";
import { shortName } from "./segments.ts";

/** Names of pods that a board shows before it says how many more there are. */
const mostNames = 6;

/** The cluster as one would draw it: the boards at the router, how full each is, and what runs only there. */
export function cluster(boards: readonly BoardOutcome[]): Markup {
  const [first = new Set<string>(), ...others] = boards.map(namesOn);
  const isCommon = (name: string) => others.length > 0 && others.every((names) => names.has(name));
  const everywhere = new Set([...first].filter(isCommon));
  const content = markup`<div class="network"><svg viewBox="0 0 64 40" width="64" height="40" aria-hidden="true"><path fill="none" stroke="var(--muted)" stroke-width="2" stroke-linecap="round" d="M22 11a14 14 0 0 1 20 0M27 16a7 7 0 0 1 10 0"/><rect fill="var(--firmware)" x="6" y="22" width="52" height="14" rx="4"/><g fill="var(--card)"><circle cx="15" cy="29" r="2"/><circle cx="22" cy="29" r="2"/></g></svg> <span>home network</span></div>
<ul class="boards">
${boards.map((outcome) => boardItem(outcome, everywhere))}</ul>
${everywhere.size === 0 ? markup`` : markup`<p class="note">On every board: ${[...everywhere].join(", ")}.</p>`}`;
  return section("cluster", "The cluster", content);
}

function namesOn({ board, pods }: BoardOutcome): ReadonlySet<string> {
  return new Set(pods.map(({ name }) => shortName(name, board.name)));
}

function boardItem(outcome: BoardOutcome, everywhere: ReadonlySet<string>): Markup {
  const { board } = outcome;
  const { allocatable } = board.memory;
  const share = allocatable === 0 ? 1 : requested(outcome) / allocatable;
  const names = [...namesOn(outcome)].filter((name) => !everywhere.has(name));
  const more = names.length > mostNames ? [markup`<li>and ${names.length - mostNames} more</li>`] : [];
  const duty = board.role === "controlPlane" ? "control plane" : "worker";
  const percent = `${Math.round(share * 100)} %`;
  return markup`<li class="${board.role}${share > 1 ? " over" : ""}">
${drawing(share, percent, `${board.name}: ${percent} of ${mebibytes(allocatable)} MiB requested`)}
<p class="name">${board.name}</p>
<p class="what">${board.modelName}<br/>${duty}</p>
<ul class="own">${names.slice(0, mostNames).map((name) => markup`<li>${name}</li>`)}${more}</ul>
</li>
`;
}

/** A board seen from above; its chip fills up with what is requested of its memory. */
function drawing(share: number, percent: string, spoken: string): Markup {
  const level = Math.min(1, share) * 44;
  const pins = Array.from(
    { length: 12 },
    (_, i) => markup`<circle fill="var(--reserve-ink)" cx="${22 + i * 7}" cy="12" r="1.6"/>`,
  );
  return markup`<svg class="pcb" viewBox="0 0 150 96" width="132" role="img" aria-label="${spoken}">
<rect class="plate" x="1" y="1" width="140" height="94" rx="9"/>
<g fill="var(--card)" stroke="var(--muted)"><circle cx="10" cy="10" r="3.5"/><circle cx="10" cy="86" r="3.5"/><circle cx="112" cy="86" r="3.5"/></g>${pins}
<g fill="var(--firmware)"><rect x="126" y="16" width="22" height="16" rx="2"/><rect x="126" y="40" width="22" height="16" rx="2"/><rect x="126" y="64" width="22" height="18" rx="2"/></g>
<rect fill="var(--card)" stroke="var(--muted)" x="34" y="26" width="64" height="48" rx="4"/>
<rect class="filled" x="36" y="${(72 - level).toFixed(1)}" width="60" height="${level.toFixed(1)}" rx="2"/>
<text class="percent" x="66" y="56" text-anchor="middle">${percent}</text>
</svg>`;
}
