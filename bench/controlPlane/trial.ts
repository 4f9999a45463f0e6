// One control plane in one board's memory, under load.
import { once } from "node:events";
import fs from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePorts } from "../../rehearsal/freePorts.ts";
import type { ToolName } from "../../tools/catalogue.ts";
import { run } from "../../tools/run.ts";
import { boardGroup, type BoardGroup, type Usage } from "./boardGroup.ts";
import type { Changes } from "./changes.ts";
import { becomesReady, clientOf, type Latencies, load, populate } from "./load.ts";
import { type ControlPlaneSettings, makePlace, type Place, type Ports, programs } from "./programs.ts";
import { startInGroups, supervise, type Supervised } from "./supervisor.ts";
import { type BudgetUse, keepWithin, makeSwap, type Swap } from "./swap.ts";
import type { ZramUse } from "./zram.ts";

/** MiB/s: about what an SD card reads. */
const reads = 20;

/** One way to run a control plane on a kind of board. */
export interface Variant {
  settings: ControlPlaneSettings;
  /** Cores for the four programs. */
  cpu: number;
  /** Without it they can't swap. */
  swap?: Swap;
}

export interface Trial extends Variant {
  /** MiB for the four programs, with what is compressed of them. */
  memory: number;
  /** Seconds from the start until it is measured, and how long. */
  settle: number;
  measure: number;
}

export interface Result {
  settings: string;
  memory: number;
  cpu: number;
  swap?: Swap;
  /** Whether the API server became ready in the time it had to settle. */
  ready: boolean;
  /** By program, while it was measured. */
  restarts: Record<string, number>;
  looks: Latencies;
  /** MiB/s. */
  reads: number;
  writes: number;
  majorFaultsPerSecond: number;
  /** At the end. */
  usage: Usage;
  /** At the end. */
  swapped?: BudgetUse;
  /** MiB of each program at the end. */
  programs: Record<string, ProgramMemory>;
}

/** MiB in memory, and swapped before compression. */
export interface ProgramMemory {
  anonymous: number;
  file: number;
  swapped: number;
}

/**
 * Runs a trial in a folder of its own, which is removed.
 *
 * @param tools copies of the programs that nothing else maps: their pages are charged to the group
 * @param changes puts back what the trial changes on the machine
 */
export async function attempt(
  trial: Trial,
  tools: Record<ToolName, string>,
  folder: string,
  changes: Changes,
  signal: AbortSignal,
): Promise<Result> {
  await fs.mkdir(folder, { recursive: true });
  const [etcd = 0, etcdPeer = 0, apiServer = 0, controllerManager = 0, scheduler = 0] = await freePorts(5);
  const ports: Ports = { etcd, etcdPeer, apiServer, controllerManager, scheduler };
  const place = await makePlace(folder, ports);
  await forgetPages(Object.values(tools));
  const started: { stop: () => Promise<void> }[] = [];
  try {
    // Before the group is made, which inherits the kernel's settings.
    const swapUse = trial.swap && (await makeSwap(trial.swap, changes));
    const name = `bramble-bench-${process.pid}`;
    changes.note({ group: name });
    const limits = { memory: trial.memory, swap: swapUse !== undefined, cpu: trial.cpu, reads };
    const group = await boardGroup(name, limits, folder);
    started.push(group);
    const supervised = programs(trial.settings, tools, place, ports).map((program) =>
      supervise(program, group.procs, folder),
    );
    started.push(...supervised, startKwok(tools.kwok, place));
    return await within(trial.memory, group, swapUse, () =>
      watch(trial, place, supervised, group.usage, signal),
    );
  } finally {
    await Promise.all(started.map((each) => each.stop()));
    await changes.putBack();
    await fs.rm(folder, { recursive: true });
  }
}

/** Keeps the group within the budget, compressed pages included, while it is watched. */
async function within(
  budget: number,
  group: BoardGroup,
  use: (() => Promise<ZramUse>) | undefined,
  watched: () => Promise<Result>,
): Promise<Result> {
  if (use === undefined) return watched();
  const end = new AbortController();
  const watching = watched().finally(() => end.abort());
  const [result, swapped] = await Promise.all([watching, keepWithin(budget, group, use, end.signal)]);
  return { ...result, swapped };
}

async function watch(
  { settings, memory, cpu, swap, settle, measure }: Trial,
  place: Place,
  supervised: readonly Supervised[],
  usageNow: () => Promise<Usage>,
  signal: AbortSignal,
): Promise<Result> {
  const client = clientOf(place, signal);
  const settled = Date.now() + settle * 1000;
  const ready = await becomesReady(client, settle, signal);
  if (ready) await populate(client, (settled - Date.now()) / 1000, signal);
  await sleep(Math.max(0, settled - Date.now()), undefined, { signal });
  const restartsBefore = supervised.map((program) => program.restarts());
  const before = await usageNow();
  const started = performance.now();
  const looks = await load(client, measure, signal);
  const usage = await usageNow();
  // The last answer may have come long after the time was over.
  const seconds = (performance.now() - started) / 1000;
  const restarts = supervised.map((program, index) => [
    program.name,
    program.restarts() - (restartsBefore[index] ?? 0),
  ]);
  const memories = await Promise.all(
    supervised.map(async (program) => [program.name, await memoryOf(program.pid())]),
  );
  return {
    settings: settings.name,
    memory,
    cpu,
    swap,
    ready,
    restarts: Object.fromEntries(restarts) as Record<string, number>,
    looks,
    reads: (usage.read - before.read) / seconds,
    writes: (usage.written - before.written) / seconds,
    majorFaultsPerSecond: (usage.majorFaults - before.majorFaults) / seconds,
    usage,
    programs: Object.fromEntries(memories) as Result["programs"],
  };
}

/** Plays the boards' kubelets; outside the group, as they are on other boards. */
function startKwok(kwok: string, { folder }: Place) {
  const args = [`--kubeconfig=${path.join(folder, "kubeconfig")}`, "--manage-all-nodes=true"];
  const child = startInGroups([], kwok, [...args, "--node-lease-duration-seconds=40"]);
  const ended = once(child, "close");
  return {
    async stop() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** Pages that are in memory already would be charged to whoever read them first. */
async function forgetPages(files: readonly string[]): Promise<void> {
  for (const file of files) await run("dd", [`if=${file}`, "iflag=nocache", "count=0", "status=none"]);
}

async function memoryOf(pid: number | undefined): Promise<ProgramMemory> {
  const status = pid === undefined ? "" : await fs.readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const mebibytes = (field: string) =>
    Number(new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0) / 1024;
  return { anonymous: mebibytes("RssAnon"), file: mebibytes("RssFile"), swapped: mebibytes("VmSwap") };
}
