import { mebibytes } from "./figures.ts";
import { type Markup, markup } from "./markup.ts";
import { type BoardOutcome, requested } from "./outcome.ts";
import { shortName } from "./segments.ts";

/** Names of pods that a board shows before it says how many more there are. */
const mostNames = 6;

/** The cluster as one would draw it: the boards at the router, how full each is, and what runs only there. */
export function cluster(boards: readonly BoardOutcome[]): Markup {
  const everywhere = commonTo(boards);
  const common = [...everywhere].join(", ");
  return markup`<section class="card cluster" aria-labelledby="cluster">
<h2 id="cluster">The cluster</h2>
<div class="network"><svg class="router" viewBox="0 0 64 40" width="64" height="40" aria-hidden="true"><path class="wave" d="M22 11a14 14 0 0 1 20 0M27 16a7 7 0 0 1 10 0"/><rect class="box" x="6" y="22" width="52" height="14" rx="4"/><circle class="light" cx="15" cy="29" r="2"/><circle class="light" cx="22" cy="29" r="2"/></svg> <span>home network</span></div>
<ul class="boards">
${boards.map((outcome) => boardItem(outcome, everywhere))}</ul>
${common === "" ? markup`` : markup`<p class="note">On every board: ${common}.</p>`}
</section>`;
}

function boardItem(outcome: BoardOutcome, everywhere: ReadonlySet<string>): Markup {
  const { board, pods } = outcome;
  const { allocatable } = board.memory;
  const share = allocatable === 0 ? 1 : requested(outcome) / allocatable;
  const names = [...new Set(pods.map(({ name }) => shortName(name, board.name)))].filter(
    (name) => !everywhere.has(name),
  );
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
    (_, i) => markup`<circle class="pin" cx="${22 + i * 7}" cy="12" r="1.6"/>`,
  );
  return markup`<svg class="pcb" viewBox="0 0 150 96" role="img" aria-label="${spoken}">
<rect class="plate" x="1" y="1" width="140" height="94" rx="9"/>
${holes}${pins}
<rect class="port" x="126" y="16" width="22" height="16" rx="2"/><rect class="port" x="126" y="40" width="22" height="16" rx="2"/><rect class="port" x="126" y="64" width="22" height="18" rx="2"/>
<rect class="chip" x="34" y="26" width="64" height="48" rx="4"/>
<rect class="level" x="36" y="${(72 - level).toFixed(1)}" width="60" height="${level.toFixed(1)}" rx="2"/>
<text class="percent" x="66" y="56" text-anchor="middle">${percent}</text>
</svg>`;
}

const holes = markup`<circle class="hole" cx="10" cy="10" r="3.5"/><circle class="hole" cx="10" cy="86" r="3.5"/><circle class="hole" cx="112" cy="86" r="3.5"/>`;

/** Names of the pods that every board has. */
function commonTo(boards: readonly BoardOutcome[]): ReadonlySet<string> {
  const [first, ...others] = boards.map(
    ({ board, pods }) => new Set(pods.map(({ name }) => shortName(name, board.name))),
  );
  if (first === undefined || others.length === 0) return new Set();
  return new Set([...first].filter((name) => others.every((names) => names.has(name))));
}
