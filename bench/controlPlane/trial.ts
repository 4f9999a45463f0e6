// One control plane in one board's memory, under load.
import { spawn } from "node:child_process";
import fs from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePorts } from "../../rehearsal/freePorts.ts";
import type { ToolName } from "../../tools/catalogue.ts";
import { run } from "../../tools/run.ts";
import { boardGroup, type Usage } from "./boardGroup.ts";
import { becomesReady, clientOf, type Latencies, load, populate } from "./load.ts";
import { type ControlPlaneSettings, makePlace, type Place, type Ports, programs } from "./programs.ts";
import { supervise, type Supervised } from "./supervisor.ts";

/** Cores and MiB/s: about what a Raspberry Pi 3 with an SD card has left for a control plane. */
const cpu = 0.6;
const reads = 20;

export interface Trial {
  settings: ControlPlaneSettings;
  /** MiB for the four programs. */
  memory: number;
  /** Seconds from the start until it is measured, and how long. */
  settle: number;
  measure: number;
}

export interface Result {
  settings: string;
  memory: number;
  /** Whether the API server became ready in the time it had to settle. */
  ready: boolean;
  /** By program, while it was measured. */
  restarts: Record<string, number>;
  looks: Latencies;
  /** MiB/s. */
  reads: number;
  majorFaultsPerSecond: number;
  /** At the end. */
  usage: Usage;
  /** MiB of each program at the end: anonymous and file. */
  programs: Record<string, { anonymous: number; file: number }>;
}

/**
 * Runs a trial in a folder of its own, which is removed.
 *
 * @param tools copies of the programs that nothing else maps: their pages are charged to the group
 */
export async function attempt(
  trial: Trial,
  tools: Record<ToolName, string>,
  folder: string,
  signal: AbortSignal,
): Promise<Result> {
  await fs.mkdir(folder, { recursive: true });
  const [etcd = 0, etcdPeer = 0, apiServer = 0, controllerManager = 0, scheduler = 0] = await freePorts(5);
  const ports: Ports = { etcd, etcdPeer, apiServer, controllerManager, scheduler };
  const place = await makePlace(folder, ports);
  await forgetPages(Object.values(tools));
  const limits = { memory: trial.memory, cpu, reads };
  const group = await boardGroup(`bramble-bench-${process.pid}`, limits, folder);
  const supervised = programs(trial.settings, tools, place, ports).map((program) =>
    supervise(program, group.procs, folder),
  );
  const kwok = startKwok(tools.kwok, place);
  try {
    return await watch(trial, place, supervised, group.usage, signal);
  } finally {
    kwok.kill("SIGKILL");
    await Promise.all(supervised.map((program) => program.stop()));
    await group.remove();
    await fs.rm(folder, { recursive: true });
  }
}

async function watch(
  { settings, memory, settle, measure }: Trial,
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
    ready,
    restarts: Object.fromEntries(restarts) as Record<string, number>,
    looks,
    reads: (usage.read - before.read) / seconds,
    majorFaultsPerSecond: (usage.majorFaults - before.majorFaults) / seconds,
    usage,
    programs: Object.fromEntries(memories) as Result["programs"],
  };
}

/** Plays the boards' kubelets; outside the group, as they are on other boards. */
function startKwok(kwok: string, { folder }: Place) {
  const args = [`--kubeconfig=${path.join(folder, "kubeconfig")}`, "--manage-all-nodes=true"];
  return spawn(kwok, [...args, "--node-lease-duration-seconds=40"], { stdio: "ignore" });
}

/** Pages that are in memory already would be charged to whoever read them first. */
async function forgetPages(files: readonly string[]): Promise<void> {
  for (const file of files) await run("dd", [`if=${file}`, "iflag=nocache", "count=0", "status=none"]);
}

async function memoryOf(pid: number | undefined): Promise<{ anonymous: number; file: number }> {
  const status = pid === undefined ? "" : await fs.readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const mebibytes = (field: string) =>
    Number(new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0) / 1024;
  return { anonymous: mebibytes("RssAnon"), file: mebibytes("RssFile") };
}
