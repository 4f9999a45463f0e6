// The command line of the lab.
import { parseArgs } from "node:util";
import { untilInterrupted } from "../rehearsal/tools/interruption.ts";
import { reasonOf } from "../rehearsal/tools/lines.ts";
import { clusterHealthy, type Finding } from "./checks.ts";
import { startLab, type Lab } from "./cluster.ts";
import { faults } from "./faults.ts";
import { labFault } from "./machine.ts";
import { claimLab, endLab } from "./oneLab.ts";

const usage = `npm run lab                        make the cluster of stacks/Pulumi.lab.yaml of virtual boards, and try it
npm run lab -- --boards N          with N boards: one control plane, the others workers of 1 GiB
npm run lab -- --keep              leave it running to look around, until it is ended
npm run lab -- --down              end a lab that was kept
npm run lab -- --fault NAME        bring about a fault and see that the cluster recovers:
${Object.entries(faults)
  .map(([name, { what }]) => `  ${name.padEnd(16)} ${what}`)
  .join("\n")}`;

interface Wanted {
  boards?: string | undefined;
  keep?: boolean | undefined;
  down?: boolean | undefined;
  fault?: string | undefined;
}

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
    console.log((await endLab()) ? "The lab is ended." : "No lab runs.");
    return 0;
  }
  return untilInterrupted(
    (signal) => labWork(wanted, signal),
    (error) => {
      console.error(`\n${reasonOf(error)}`);
    },
  );
}

function parse(args: string[]): Wanted {
  const options = {
    boards: { type: "string" },
    keep: { type: "boolean" },
    down: { type: "boolean" },
    fault: { type: "string" },
  } as const;
  const { values } = parseArgs({ args, options });
  const { boards, fault } = values;
  if (boards !== undefined && !(/^[1-9]\d?$/.test(boards) && Number(boards) <= 32))
    throw new Error(`--boards is "${boards}"; it must be a number from 1 to 32`);
  if (fault !== undefined && !(fault in faults))
    throw new Error(`--fault is "${fault}"; it must be one of ${Object.keys(faults).join(", ")}`);
  return values;
}

async function labWork(wanted: Wanted, interrupted: AbortSignal): Promise<number> {
  const missing = await labFault();
  if (missing !== undefined) throw new Error(missing);
  const ended = new AbortController();
  const claim = await claimLab(() => {
    ended.abort(new Error("ended by npm run lab -- --down"));
  });
  const signal = AbortSignal.any([interrupted, ended.signal]);
  const begin = performance.now();
  const say = (line: string) => {
    console.log(`${((performance.now() - begin) / 1000).toFixed(0).padStart(5)} s  ${line}`);
  };
  const fault = faults[wanted.fault ?? ""];
  const boards = wanted.boards === undefined ? undefined : Number(wanted.boards);
  try {
    const lab = await startLab({ say, signal, boards, clockOffset: fault?.clockOffset, next: fault?.next });
    try {
      return await tryOut(lab, fault, say, wanted.keep === true ? signal : undefined);
    } finally {
      await lab.stop();
      say("the boards are gone");
    }
  } finally {
    claim.giveBack();
  }
}

async function tryOut(
  lab: Lab,
  fault: (typeof faults)[string] | undefined,
  say: (line: string) => void,
  kept: AbortSignal | undefined,
): Promise<number> {
  const findings: Finding[] = [];
  if (fault?.fresh !== true) findings.push(...(await freshToHealthy(lab, say)));
  if (fault !== undefined) {
    say(`now: ${fault.what}`);
    findings.push(...(await fault.go(lab, say)));
  }
  for (const { what, holds, seen } of findings)
    say(`${holds ? "✓" : "✗"} ${what}${holds ? "" : `: ${seen}`}`);
  if (kept !== undefined) await keep(lab, kept);
  return findings.every(({ holds }) => holds) ? 0 : 1;
}

/** From bare Debian to a cluster that works, and an `up` after that. */
async function freshToHealthy(lab: Lab, say: (line: string) => void): Promise<Finding[]> {
  const first = await lab.stack.up();
  say(`pulumi up: ${first.changes.length} resources in ${first.seconds.toFixed(0)} s`);
  const findings = await clusterHealthy(lab.board("lab-1"), lab.boards.size);
  say("tried");
  const second = await lab.stack.up();
  say(`pulumi up again: ${second.seconds.toFixed(1)} s`);
  return [
    ...findings,
    {
      what: "a second up changes nothing",
      holds: second.changes.length === 0,
      seen: second.changes.join(", "),
    },
  ];
}

async function keep(lab: Lab, signal: AbortSignal): Promise<void> {
  console.log("\nThe boards, until this ends (Ctrl-C, or npm run lab -- --down):");
  for (const [name, { privateKeyPath, port, user }] of lab.boards)
    console.log(`  ${name}: ssh -i ${privateKeyPath} -p ${port} ${user}@127.0.0.1`);
  console.log("  on lab-1: sudo kubectl --kubeconfig /etc/kubernetes/admin.conf get pods -A");
  await new Promise((resolve) => {
    // A timer, for a promise alone keeps no process alive.
    const alive = setInterval(() => undefined, 2 ** 30);
    signal.addEventListener("abort", () => {
      clearInterval(alive);
      resolve(undefined);
    });
  });
}
