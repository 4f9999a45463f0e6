import fs from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { cacheFolder } from "../../tools/cacheFolder.mjs";
import type { ToolName } from "../../tools/catalogue.ts";
import { untilInterrupted } from "../../tools/interruption.ts";
import { findTools } from "../../tools/obtain.ts";
import { chart } from "./chart.ts";
import { settingsCompared } from "./settings.ts";
import { header, row } from "./table.ts";
import { attempt, type Result } from "./trial.ts";

const usage = `npm run bench -- control-plane [--memory 560,520,480,440,400] [--settle 60] [--measure 90]
         [--chart docs/control-plane.svg]
Runs a control plane in each of these MiB, with kubeadm's settings and with bramble's. Linux, as root.`;

// The bench of docs/memory.md: how little memory a control plane can live in.
const options = optionsOf(process.argv.slice(2));
if (options === undefined) {
  console.error(usage);
  process.exitCode = 2;
} else {
  process.exitCode = await untilInterrupted((signal) => measureAll(options, signal), console.error);
}

type Options = NonNullable<ReturnType<typeof optionsOf>>;

function optionsOf(args: readonly string[]) {
  const text = (value: string) => ({ type: "string", default: value }) as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        memory: text("560,520,480,440,400"),
        settle: text("60"),
        measure: text("90"),
        chart: { type: "string" },
      },
    });
    const memories = values.memory.split(",").map(Number);
    const [settle, measure] = [Number(values.settle), Number(values.measure)];
    const valid = [...memories, settle, measure].every((figure) => figure > 0);
    return valid ? { memories, settle, measure, chart: values.chart } : undefined;
  } catch {
    return undefined;
  }
}

async function measureAll(options: Options, signal: AbortSignal): Promise<number> {
  if (process.platform !== "linux" || process.getuid?.() !== 0) {
    console.error("Creating a control group with limits needs Linux and root.");
    return 1;
  }
  const folder = await fs.mkdtemp(path.join(cacheFolder(), "bench-"));
  try {
    const tools = await copied(await findTools(), path.join(folder, "programs"));
    console.log(header);
    const results: Result[] = [];
    for (const memory of options.memories)
      for (const settings of settingsCompared) {
        const trial = { settings, memory, settle: options.settle, measure: options.measure };
        const result = await attempt(trial, tools, path.join(folder, "trial"), signal);
        results.push(result);
        console.log(row(result));
      }
    if (options.chart !== undefined) await fs.writeFile(options.chart, chart(results));
    return 0;
  } finally {
    await fs.rm(folder, { recursive: true });
  }
}

/** The rehearsal may be running the programs themselves, and would be charged for their pages. */
async function copied(tools: Record<ToolName, string>, folder: string): Promise<Record<ToolName, string>> {
  await fs.mkdir(folder);
  const copies = await Promise.all(
    Object.entries(tools).map(async ([name, file]) => {
      const copy = path.join(folder, name);
      await fs.copyFile(file, copy);
      return [name, copy];
    }),
  );
  return Object.fromEntries(copies) as Record<ToolName, string>;
}
