import { parseArgs } from "node:util";
import { type KernelSettings, kernelsCompared } from "./kernelSettings.ts";
import { settingsCompared } from "./settings.ts";
import type { Variant } from "./trial.ts";

export const usage = `npm run bench -- control-plane [--memory 560,520,480,440,400] [--cpu 0.6] [--settings stock,bramble] [--runs 3]
         [--settle 60] [--measure 90] [--chart docs/control-plane.svg]
         [--zram [--kernel 60/3,190/0] [--compression lz4]]
Runs a control plane in each of these MiB and cores, with kubeadm's settings and with bramble's, and each limit at the edge
as often as --runs says. With --zram it may swap to compressed memory, which counts, with each pair of vm.swappiness and
vm.page-cluster; by default for 480 to 300 MiB, and 0.6 and 0.3 cores. Linux, as root.`;

export interface Options {
  variants: Variant[];
  /** MiB. */
  memories: number[];
  /** How often each limit at the edge is run. */
  runs: number;
  /** Seconds. */
  settle: number;
  measure: number;
  /** Where the chart is written. */
  chart?: string;
}

/** @throws Error that names what is wrong */
export function optionsOf(args: readonly string[]): Options {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      memory: text,
      cpu: text,
      settings: { ...text, default: settingsCompared.map(({ name }) => name).join(",") },
      runs: { ...text, default: "3" },
      settle: { ...text, default: "60" },
      measure: { ...text, default: "90" },
      chart: text,
      zram: { type: "boolean", default: false },
      kernel: text,
      compression: text,
    },
  });
  const { zram, kernel, compression = "lz4" } = values;
  if (!zram && (kernel ?? values.compression) !== undefined) {
    throw new Error("--kernel and --compression are of use with --zram only");
  }
  const kernels = kernel === undefined ? kernelsCompared : kernel.split(",").map(kernelOf);
  const swaps = zram ? kernels.map((settings) => ({ ...settings, compression })) : [undefined];
  const cpus = positive("cpu", values.cpu ?? (zram ? "0.6,0.3" : "0.6"));
  const settings = values.settings.split(",").map(settingsOf);
  const one = (name: "runs" | "settle" | "measure") => positive(name, values[name])[0] ?? NaN;
  return {
    variants: cpus.flatMap((cpu) =>
      swaps.flatMap((swap) => settings.map((settings) => ({ cpu, swap, settings }))),
    ),
    memories: positive(
      "memory",
      values.memory ?? (zram ? "480,440,410,380,350,320,300" : "560,520,480,440,400"),
    ),
    runs: one("runs"),
    settle: one("settle"),
    measure: one("measure"),
    chart: values.chart,
  };
}

function positive(name: string, list: string): number[] {
  const figures = list.split(",").map(Number);
  if (figures.every((figure) => figure > 0)) return figures;
  throw new Error(`--${name} ${list}: positive numbers are allowed, with commas between them`);
}

function kernelOf(pair: string): KernelSettings {
  const [, swappiness, pageCluster] = /^(\d+)\/(\d+)$/.exec(pair) ?? [];
  const settings = { swappiness: Number(swappiness), pageCluster: Number(pageCluster) };
  if (settings.swappiness <= 200 && settings.pageCluster <= 10) return settings;
  throw new Error(
    `--kernel ${pair}: vm.swappiness (0 to 200) and vm.page-cluster (0 to 10) are allowed, as in 190/0`,
  );
}

function settingsOf(name: string): Variant["settings"] {
  const found = settingsCompared.find((settings) => settings.name === name);
  if (found !== undefined) return found;
  const names = settingsCompared.map(({ name }) => name).join(" and ");
  throw new Error(`--settings ${name}: ${names} are allowed`);
}
