// The command line of the lab.
import { parseArgs } from "node:util";
import { untilInterrupted } from "../tools/interruption.ts";
import { reasonOf } from "../tools/lines.ts";
import { arm64Error } from "./arm64.ts";
import type { Fault } from "./faults/fault.ts";
import { faults } from "./faults/faults.ts";
import { homeFaults } from "./home/faults.ts";
import { endLab } from "./oneLab.ts";
import { runLab } from "./run.ts";

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

/**
 * Runs the lab.
 *
 * @param args what stands behind `npm run lab --`
 * @returns the exit code: 0 if all holds, 1 if something does not, 2 on wrong arguments, 128 + n if ended by signal n
 */
export async function main(args: string[]): Promise<number> {
  let wanted: ReturnType<typeof parse>;
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
    (signal) => runLab(wanted, signal),
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
  const { fault = [], keep = false, down, home = false, arm64 = false, ...numbers } = values;
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
  const command = ["npm run lab", ...(args.length === 0 ? [] : ["--", ...args])].join(" ");
  return { command, keep, down, faults: names, home, arm64, boards, controlPlanes };
}

function numberOf(option: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!/^[1-9]\d?$/.test(value) || Number(value) > 32)
    throw new Error(`${option} is "${value}"; it must be a number from 1 to 32`);
  return Number(value);
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
