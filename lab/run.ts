// A run of the lab: boards, a cluster on them, and what happens to it.
import { once } from "node:events";
import path from "node:path";
import { writePage } from "../rehearsal/report/page.ts";
import { reasonOf } from "../tools/lines.ts";
import { arm64Fault, arm64Works, emulatedLimit } from "./arm64.ts";
import { appsWork } from "./apps/checks.ts";
import { clusterHealthy, etcdMembers, type Finding } from "./checks.ts";
import { startLab, type Lab } from "./cluster.ts";
import { faults } from "./faults/faults.ts";
import { needsOf, roundsOf, type NamedFault } from "./faults/rounds.ts";
import { findingsOf, onceChecks, usualChecks } from "./home/checks/all.ts";
import { homeFaults } from "./home/faults.ts";
import { labFault } from "./machine.ts";
import { claimLab } from "./oneLab.ts";
import { outsideFault } from "./outside/outsideFault.ts";
import { LabRecord } from "./record.ts";
import { labReport } from "./report.ts";
import { StackError } from "./stack.ts";

/** What a run is like. */
export interface Wanted {
  /** How it was asked for, for its report: `npm run lab -- --home`. */
  readonly command: string;
  /** Names of faults, one after the other. */
  readonly faults: readonly string[];
  readonly home: boolean;
  readonly arm64: boolean;
  /** Whether the last cluster runs until somebody ends it. */
  readonly keep: boolean;
  readonly boards: number | undefined;
  readonly controlPlanes: number | undefined;
}

/** Where the report of the last run is; git ignores it. */
const reportFile = path.join(import.meta.dirname, "../.lab/report.html");

/**
 * Goes through a run, prints it and writes its report.
 *
 * @returns the exit code: 0 if all holds, else 1
 */
export async function runLab(wanted: Wanted, interrupted: AbortSignal): Promise<number> {
  const missing =
    (await labFault()) ??
    (wanted.home ? await outsideFault() : undefined) ??
    (wanted.arm64 ? await arm64Fault() : undefined);
  if (missing !== undefined) throw new Error(missing);
  const ended = new AbortController();
  const giveBack = await claimLab(() => ended.abort(new Error("ended by npm run lab -- --down")));
  const signal = AbortSignal.any([interrupted, ended.signal]);
  const record = new LabRecord();
  try {
    await rounds(wanted, record, signal);
    return record.holds ? 0 : 1;
  } finally {
    giveBack();
    const date = new Date().toISOString().slice(0, 10);
    await writePage(reportFile, labReport({ command: wanted.command, date, record }));
    console.log(`Report: ${path.relative(process.cwd(), reportFile)}`);
  }
}

async function rounds(wanted: Wanted, record: LabRecord, signal: AbortSignal): Promise<void> {
  const { home, controlPlanes, arm64, boards } = wanted;
  const all = roundsOf(wanted.faults, home ? homeFaults : faults);
  for (const [i, round] of all.entries()) {
    const size = { home, controlPlanes, arm64, ...needsOf(round, boards) };
    const lab = await record.chapter("boards with blank cards start", () =>
      startLab({ say: record.say, signal, ...size }),
    );
    try {
      await tryOut(lab, round, record, signal);
      if (wanted.keep && i === all.length - 1) await keep(lab, signal);
    } finally {
      await lab.stop();
      record.say("the boards are shut down");
    }
  }
}

async function tryOut(
  lab: Lab,
  round: readonly NamedFault[],
  record: LabRecord,
  signal: AbortSignal,
): Promise<void> {
  const { say, tell } = record;
  if (!round.some(({ fresh }) => fresh))
    await record.chapter("from blank cards to a cluster that works", () => freshToHealthy(lab, record));
  for (const { name, what, go } of round) {
    // After something that does not hold: what follows would be about a cluster that is not healthy.
    if (!record.holds && !(await clusterHealthy(lab.first, lab.boards.size)).every(({ holds }) => holds))
      break;
    await record.chapter(`${name}: ${what}`, async () => {
      say(`${name}: ${what}`);
      const begin = performance.now();
      tell(await go(lab, say).catch((error: unknown) => failed(error, signal)));
      say(`${name}: ${((performance.now() - begin) / 1000).toFixed(0)} s`);
    });
  }
}

/** What fails where it must not is told with the rest, and the boards can be looked at. */
function failed(error: unknown, signal: AbortSignal): Finding[] {
  signal.throwIfAborted();
  const what = error instanceof StackError ? "the up succeeded" : "all of it could be tried";
  return [{ what, holds: false, seen: reasonOf(error) }];
}

/** From bare Debian to a cluster that works, and an `up` after that. */
async function freshToHealthy(lab: Lab, { say, tell }: LabRecord): Promise<void> {
  const first = await lab.stack.up();
  say(`pulumi up: ${first.changes.length} resources in ${first.seconds.toFixed(0)} s`);
  const emulated = lab.settings.boards.filter(({ arch }) => arch === "arm64");
  const limit = emulated.length === 0 ? undefined : emulatedLimit;
  tell(await clusterHealthy(lab.first, lab.boards.size, limit));
  for (const { name } of emulated) tell(await arm64Works(lab.first, lab.board(name), name));
  const controlPlanes = lab.settings.boards.filter(({ role }) => role === "controlPlane");
  const names = controlPlanes.map(({ name }) => name);
  if (names.length > 1) tell([await etcdMembers(lab.first, "lab-1", names)]);
  if (lab.around !== undefined) {
    for (const check of [...usualChecks, ...onceChecks]) tell(await findingsOf(check, lab));
  } else if (lab.settings.ingress !== undefined) {
    tell(await appsWork(lab));
  }
  const second = await lab.stack.up();
  say(`pulumi up again: ${second.seconds.toFixed(1)} s`);
  const seen = second.changes.join(", ");
  tell([{ what: "a second up changes nothing", holds: seen === "", seen }]);
}

async function keep(lab: Lab, signal: AbortSignal): Promise<void> {
  console.log("\nThe boards, until this ends (Ctrl-C, or npm run lab -- --down):");
  for (const [name, { privateKeyPath, port, user }] of lab.boards)
    console.log(`  ${name}: ssh -i ${privateKeyPath} -p ${port} ${user}@127.0.0.1`);
  const [first] = lab.settings.boards;
  console.log(`  on ${first?.name}: sudo kubectl --kubeconfig /etc/kubernetes/admin.conf get pods -A`);
  // A timer, for a promise alone keeps no process alive.
  const alive = setInterval(() => undefined, 2 ** 30);
  await once(signal, "abort");
  clearInterval(alive);
}
