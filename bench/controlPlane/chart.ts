import type { Result } from "./trial.ts";

const width = 640;
const panelHeight = 200;
const margin = { left: 56, right: 130, top: 44, bottom: 40 };

/** One figure over the memory. */
interface Panel {
  title: string;
  of: (result: Result) => number;
}

const figures: readonly Panel[] = [
  { title: "read from the disk, MiB/s", of: ({ reads }) => reads },
  { title: "slowest list of pods, nodes and events, s", of: ({ looks }) => Math.max(...looks.seconds) },
];

/**
 * The results as an SVG picture: a panel for each figure and number of cores, and a line for each way to run it. Where a
 * limit was run more than once, the worst run counts.
 */
export function chart(results: readonly Result[]): string {
  const cpus = [...new Set(results.map(({ cpu }) => cpu))];
  const panels = cpus.flatMap((cpu) => {
    const ofCpu = results.filter((result) => result.cpu === cpu);
    const cores = cpus.length > 1 ? ` (${cpu} cores)` : "";
    return figures.map(({ title, of }) => ({ title: `${title}${cores}`, of, results: ofCpu }));
  });
  const height = panels.length * panelHeight + margin.bottom;
  const drawn = panels.map((panel, index) => drawnPanel(panel, panel.results, index * panelHeight));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img"
  aria-label="Reads and latency of a control plane by the memory it is given" font-family="sans-serif" font-size="12">
<style>svg{color-scheme:light dark;background:#fff;color:#222}.grid{stroke:#8884}text{fill:currentColor}g text{fill:inherit}
.line0{stroke:#c2410c;fill:#c2410c}.line1{stroke:#15803d;fill:#15803d}
.line2{stroke:#a16207;fill:#a16207}.line3{stroke:#0369a1;fill:#0369a1}path{fill:none!important;stroke-width:2.5}
@media(prefers-color-scheme:dark){svg{background:#16181d;color:#ddd}}</style>
${drawn.join("\n")}
<text x="${(margin.left + width - margin.right) / 2}" y="${height - 8}" text-anchor="middle">MiB for the four programs</text>
</svg>
`;
}

function drawnPanel({ title, of }: Panel, results: readonly Result[], top: number): string {
  const memories = [...new Set(results.map(({ memory }) => memory))].sort((a, b) => a - b);
  const names = [...new Set(results.map(nameOf))];
  const highest = Math.max(1, ...results.map(of));
  const [from = 0, to = 1] = [memories[0], memories.at(-1)];
  const x = (memory: number) =>
    margin.left + ((memory - from) / (to - from || 1)) * (width - margin.left - margin.right);
  const y = (value: number) => top + panelHeight - (value / highest) * (panelHeight - margin.top);
  const ticks = [0, highest / 2, highest].map(
    (
      value,
    ) => `<line class="grid" x1="${margin.left}" x2="${width - margin.right}" y1="${y(value)}" y2="${y(value)}"/>
<text x="${margin.left - 6}" y="${y(value) + 4}" text-anchor="end">${value < 10 ? value.toFixed(1) : value.toFixed(0)}</text>`,
  );
  const below = memories.map(
    (memory) => `<text x="${x(memory)}" y="${top + panelHeight + 15}" text-anchor="middle">${memory}</text>`,
  );
  const lines = names.map((name, index) => {
    const own = results.filter((result) => nameOf(result) === name);
    const points = memories.flatMap((memory) => {
      const runs = own.filter((result) => result.memory === memory).map(of);
      return runs.length === 0 ? [] : [{ x: x(memory).toFixed(1), y: y(Math.max(...runs)).toFixed(1) }];
    });
    const path = points.map((point) => `${point.x},${point.y}`).join(" L");
    const dots = points.map((point) => `<circle cx="${point.x}" cy="${point.y}" r="3.5"/>`).join("");
    const legend = `<text x="${width - margin.right + 14}" y="${top + margin.top + 18 * index}" stroke="none" font-weight="bold">${name}</text>`;
    return `<g class="line${index}"><path d="M${path}"/>${dots}${legend}</g>`;
  });
  return [
    `<text x="${margin.left}" y="${top + 30}" font-weight="bold">${title}</text>`,
    ...ticks,
    ...below,
    ...lines,
  ].join("\n");
}

function nameOf({ settings, swap }: Result): string {
  return swap === undefined ? settings : `${settings}, ${swap.swappiness}/${swap.pageCluster}`;
}
