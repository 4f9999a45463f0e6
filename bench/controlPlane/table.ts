import type { Result } from "./trial.ts";

export const header = [
  "| MiB | settings | restarts | list p50 / p95 / max s | failed | reads MiB/s | major faults/s | anonymous + file MiB | of each |",
  "|---|---|---|---|---|---|---|---|---|",
].join("\n");

/** A result as a row of a Markdown table. */
export function row({ settings, looks, ...result }: Result): string {
  const sorted = looks.seconds.toSorted((a, b) => a - b);
  const quantile = (part: number) => (sorted[Math.ceil(part * sorted.length) - 1] ?? NaN).toFixed(2);
  const restarted = Object.entries(result.restarts).filter(([, count]) => count > 0);
  const cells = [
    `${result.memory}`,
    result.ready ? settings : `${settings}, API never ready`,
    restarted.length === 0 ? "0" : restarted.map(([name, count]) => `${name} ${count}`).join(", "),
    `${quantile(0.5)} / ${quantile(0.95)} / ${quantile(1)}`,
    `${looks.failures} of ${looks.seconds.length}`,
    result.reads.toFixed(2),
    result.majorFaultsPerSecond.toFixed(0),
    held(result.usage),
    Object.entries(result.programs)
      .map(([name, memory]) => `${name} ${held(memory)}`)
      .join(", "),
  ];
  return `| ${cells.join(" | ")} |`;
}

function held({ anonymous, file }: { anonymous: number; file: number }): string {
  return `${anonymous.toFixed(0)} + ${file.toFixed(0)}`;
}
