// The command line of the lab.
import { once } from "node:events";
import { parseArgs } from "node:util";
import { untilInterrupted } from "../tools/interruption.ts";
import { reasonOf } from "../tools/lines.ts";
import { arm64Error, arm64Fault, arm64Works, emulatedLimit } from "./arm64.ts";
import { appsWork } from "./apps/checks.ts";
import { clusterHealthy, etcdMembers, type Finding } from "./checks.ts";
import { startLab, type Lab } from "./cluster.ts";
import type { Fault, Say } from "./faults/fault.ts";
import { faults } from "./faults/faults.ts";
import { homeFaults } from "./home/faults.ts";
import { findingsOf, onceChecks, usualChecks } from "./home/checks/all.ts";
import { needsOf, roundsOf, type NamedFault } from "./faults/rounds.ts";
import { labFault } from "./machine.ts";
import { outsideFault } from "./outside/outsideFault.ts";
import { claimLab, endLab } from "./oneLab.ts";
import { StackError } from "./stack.ts";

const usage = `npm run lab                        create the cluster of stacks/Pulumi.lab.yaml from virtual boards, and test it
npm run lab -- --boards N          with N boards: one control plane, the others workers of 1 GiB
npm run lab -- --control-planes N  with N control planes of 2 GiB, of 3 boards or more
npm run lab -- --home              the home of stacks/Pulumi.home.yaml, with a laptop in it and the internet around it
npm run lab -- --arm64             the processor of the last board is arm64, emulated, and there are no apps: slow
npm run lab -- --keep              keep it running until Ctrl-C or --down
npm run lab -- --down              shut down a lab that was kept
npm run lab -- --fault NAME,…      inject faults one after the other, and check that the cluster recovers; those marked *
                                   get boards of their own:
${listed(faults)}
                                   with --home:
${listed(homeFaults)}`;

function listed(known: Readonly<Record<string, Fault>>): string {
  const lines = Object.entries(known).map(
    ([name, { what, fresh }]) => `  ${name.padEnd(14)} ${fresh ? "*" : " "} ${what}`,
  );
  return lines.join("\n");
}

type Wanted = ReturnType<typeof parse>;

/**
 * Runs the lab.
 *
 * @param args what stands behind `npm run lab --`
 * @returns the exit code: 0 if all holds, 1 if something does not, 2 on wrong arguments, 128 + n if ended by signal n
 */
export async function main(args: string[]): Promise<number> {
  let wanted: Wanted;
  try {
    wanted = parse(args);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    return 2;
  }
  if (wanted.down === true) {
    console.log((await endLab()) ? "The lab is shut down." : "No lab is running.");
    return 0;
  }
  return untilInterrupted(
    (signal) => labWork(wanted, signal),
    (error) => console.error(`\n${reasonOf(error)}`),
  );
}

function parse(args: string[]) {
  const options = {
    boards: { type: "string" },
    "control-planes": { type: "string" },
    home: { type: "boolean" },
    arm64: { type: "boolean" },
    keep: { type: "boolean" },
    down: { type: "boolean" },
    fault: { type: "string", multiple: true },
  } as const;
  const { values } = parseArgs({ args, options });
  const { fault = [], keep, down, home = false, arm64 = false, ...numbers } = values;
  const controlPlanes = numberOf("--control-planes", numbers["control-planes"]);
  const boards = numberOf("--boards", numbers.boards) ?? (controlPlanes && Math.max(controlPlanes, 3));
  if (controlPlanes !== undefined && boards !== undefined && controlPlanes > boards)
    throw new Error(`--control-planes is ${controlPlanes}, but there are only ${boards} boards`);
  if (home && boards !== undefined)
    throw new Error("--home has the boards of stacks/Pulumi.home.yaml; omit --boards and --control-planes");
  const names = fault.flatMap((list) => list.split(","));
  const impossible = arm64 && arm64Error({ boards, controlPlanes, home, faults: names });
  if (impossible) throw new Error(impossible);
  const known = home ? homeFaults : faults;
  const unknown = names.find((name) => !(name in known));
  if (unknown !== undefined) {
    const of = home ? " with --home" : "";
    throw new Error(`--fault is "${unknown}"; it must be one of ${Object.keys(known).join(", ")}${of}`);
  }
  for (const name of names) {
    const needed = known[name]?.controlPlanes;
    if (needed !== undefined && needed !== (controlPlanes ?? 1))
      throw new Error(`--fault ${name} needs --control-planes ${needed}`);
  }
  return { keep, down, faults: names, home, arm64, boards, controlPlanes };
}

function numberOf(option: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!/^[1-9]\d?$/.test(value) || Number(value) > 32)
    throw new Error(`${option} is "${value}"; it must be a number from 1 to 32`);
  return Number(value);
}

async function labWork(wanted: Wanted, interrupted: AbortSignal): Promise<number> {
  const missing =
    (await labFault()) ??
    (wanted.home ? await outsideFault() : undefined) ??
    (wanted.arm64 ? await arm64Fault() : undefined);
  if (missing !== undefined) throw new Error(missing);
  const ended = new AbortController();
  const giveBack = await claimLab(() => ended.abort(new Error("ended by npm run lab -- --down")));
  const signal = AbortSignal.any([interrupted, ended.signal]);
  const begin = performance.now();
  const say = (line: string) =>
    console.log(`${((performance.now() - begin) / 1000).toFixed(0).padStart(5)} s  ${line}`);
  try {
    const { home } = wanted;
    const rounds = roundsOf(wanted.faults, home ? homeFaults : faults);
    let allHolds = true;
    for (const [i, round] of rounds.entries()) {
      const isKept = wanted.keep === true && i === rounds.length - 1;
      const { boards, controlPlanes, arm64 } = wanted;
      const lab = await startLab({ say, signal, home, controlPlanes, arm64, ...needsOf(round, boards) });
      try {
        if (!(await tryOut(lab, round, say))) allHolds = false;
        if (isKept) await keep(lab, signal);
      } finally {
        await lab.stop();
        say("the boards are shut down");
      }
    }
    return allHolds ? 0 : 1;
  } finally {
    giveBack();
  }
}

async function tryOut(lab: Lab, round: readonly NamedFault[], say: Say): Promise<boolean> {
  const tell = (findings: readonly Finding[]): boolean => {
    for (const { what, holds, seen } of findings)
      say(`${holds ? "✓" : "✗"} ${what}${holds ? "" : `: ${seen}`}`);
    return findings.every(({ holds }) => holds);
  };
  let allHolds = round.some(({ fresh }) => fresh) || (await freshToHealthy(lab, say, tell));
  for (const { name, what, go } of round) {
    // What follows would be about a cluster that is not healthy.
    if (!allHolds) break;
    say(`${name}: ${what}`);
    const begin = performance.now();
    allHolds = tell(await go(lab, say).catch(failedUp));
    say(`${name}: ${((performance.now() - begin) / 1000).toFixed(0)} s`);
  }
  return allHolds;
}

/** An `up` that fails where it must not is told with the rest, and the boards can be looked at. */
function failedUp(error: unknown): Finding[] {
  if (!(error instanceof StackError)) throw error;
  return [{ what: "the up succeeded", holds: false, seen: error.message }];
}

/** From bare Debian to a cluster that works, and an `up` after that. */
async function freshToHealthy(
  lab: Lab,
  say: Say,
  tell: (findings: readonly Finding[]) => boolean,
): Promise<boolean> {
  const first = await lab.stack.up();
  say(`pulumi up: ${first.changes.length} resources in ${first.seconds.toFixed(0)} s`);
  const emulated = lab.settings.boards.filter(({ arch }) => arch === "arm64");
  const limit = emulated.length === 0 ? undefined : emulatedLimit;
  const findings = await clusterHealthy(lab.first, lab.boards.size, limit);
  for (const { name } of emulated) findings.push(...(await arm64Works(lab.first, lab.board(name), name)));
  const controlPlanes = lab.settings.boards.filter(({ role }) => role === "controlPlane");
  const names = controlPlanes.map(({ name }) => name);
  if (names.length > 1) findings.push(await etcdMembers(lab.first, "lab-1", names));
  let allHolds = tell(findings);
  if (lab.around !== undefined) {
    for (const check of [...usualChecks, ...onceChecks])
      allHolds = tell(await findingsOf(check, lab)) && allHolds;
  } else if (lab.settings.ingress !== undefined) {
    allHolds = tell(await appsWork(lab)) && allHolds;
  }
  const second = await lab.stack.up();
  say(`pulumi up again: ${second.seconds.toFixed(1)} s`);
  const seen = second.changes.join(", ");
  return tell([{ what: "a second up changes nothing", holds: seen === "", seen }]) && allHolds;
}

async function keep(lab: Lab, signal: AbortSignal): Promise<void> {
  console.log("\nThe boards, until this ends (Ctrl-C, or npm run lab -- --down):");
  for (const [name, { privateKeyPath, port, user }] of lab.boards)
    console.log(`  ${name}: ssh -i ${privateKeyPath} -p ${port} ${user}@127.0.0.1`);
  console.log("  on lab-1: sudo kubectl --kubeconfig /etc/kubernetes/admin.conf get pods -A");
  // A timer, for a promise alone keeps no process alive.
  const alive = setInterval(() => undefined, 2 ** 30);
  await once(signal, "abort");
  clearInterval(alive);
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
