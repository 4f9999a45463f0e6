import fs from "node:fs/promises";
import path from "node:path";
import { cacheFolder } from "../../tools/cacheFolder.mjs";
import type { ToolName } from "../../tools/catalogue.ts";
import { untilInterrupted } from "../../tools/interruption.ts";
import { reasonOf } from "../../tools/lines.ts";
import { findTools } from "../../tools/obtain.ts";
import { partialFolder } from "../../tools/replaceFile.ts";
import { beginChanges } from "./changes.ts";
import { chart } from "./chart.ts";
import { type Options, optionsOf, usage } from "./options.ts";
import { nextLimit, type Run } from "./schedule.ts";
import { byLimit, header, row } from "./table.ts";
import { attempt, type Result, type Trial } from "./trial.ts";
import { collapsed, holds } from "./verdict.ts";

// The bench of docs/memory.md: how little memory a control plane can live in.
const options = parsed(process.argv.slice(2));
if (options === undefined) {
  process.exitCode = 2;
} else {
  process.exitCode = await untilInterrupted(
    (signal) => measureAll(options, signal),
    (error) => {
      console.error(reasonOf(error));
    },
  );
}

function parsed(args: readonly string[]): Options | undefined {
  try {
    return optionsOf(args);
  } catch (error) {
    console.error(`${reasonOf(error)}\n\n${usage}`);
    return undefined;
  }
}

async function measureAll(options: Options, signal: AbortSignal): Promise<number> {
  if (process.platform !== "linux" || process.getuid?.() !== 0) {
    console.error("Creating a control group with limits needs Linux and root.");
    return 1;
  }
  const changes = await beginChanges();
  try {
    const folder = await partialFolder(cacheFolder(), "bench-");
    try {
      const tools = await copied(await findTools(), path.join(folder, "programs"));
      const run = (trial: Trial) => attempt(trial, tools, path.join(folder, "trial"), changes, signal);
      await measureVariants(options, run);
      return 0;
    } finally {
      await fs.rm(folder, { recursive: true });
    }
  } finally {
    await changes.end();
  }
}

async function measureVariants(
  { variants, memories, runs, settle, measure, chart: file }: Options,
  run: (trial: Trial) => Promise<Result>,
): Promise<void> {
  console.log(header);
  const results: Result[] = [];
  for (const variant of variants) {
    const made: Run[] = [];
    let memory: number | undefined;
    while ((memory = nextLimit(memories, made, runs)) !== undefined) {
      const result = await run({ ...variant, memory, settle, measure });
      made.push({ memory, held: holds(result), collapsed: collapsed(result) });
      results.push(result);
      console.log(row([result]));
    }
  }
  if (file !== undefined) await fs.writeFile(file, chart(results));
  const rows = byLimit(results);
  if (rows.length < results.length) console.log(["\nBy limit:\n", header, ...rows.map(row)].join("\n"));
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
