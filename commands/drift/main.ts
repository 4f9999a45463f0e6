import { secret } from "@pulumi/pulumi";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { driftRecordName, recordDrift, type DriftRecord } from "../../components/board/drift.ts";
import { openStack, runCommand } from "../run.ts";
import { compareBoard, type Finding } from "./compare.ts";
import { deployedBoards, recordIn, stepsToRepeat } from "./steps.ts";

const usage =
  "npm run drift -- STACK    compares each board with its desired state of the last `pulumi up`: npm run drift -- home";

/**
 * The command line of the drift check. Drift is recorded in the stack's state, so that the next `pulumi up` fixes it.
 *
 * @returns the exit code: 0 if every board is in its desired state, 1 if one is not or can't be checked, 2 on
 *   wrong arguments
 */
export async function main(
  args: readonly string[],
  signal: AbortSignal,
  open: (name: string) => Promise<Stack> = openStack,
): Promise<number> {
  const [name] = args;
  if (args.length !== 1 || name === undefined || name.startsWith("-")) {
    console.error(usage);
    return 2;
  }
  const stack = await open(name);
  const exported = await stack.exportStack();
  const boards = deployedBoards(exported);
  if (boards.length === 0) console.log("The stack has no boards that pulumi up has set up yet.");
  const findings = await Promise.all(boards.map((board) => compareBoard(board, signal)));
  for (const finding of findings) console.log(report(finding));
  const drifted = findings.flatMap((finding) => finding.drifted);
  const steps = boards.flatMap((board) => board.steps);
  const toRepeat = stepsToRepeat(steps, drifted);
  if (toRepeat.length > 0) {
    const now = new Date().toISOString();
    const found = Object.fromEntries(toRepeat.map((step) => [step.name, now]));
    await record(stack, { ...recordIn(exported), ...found }, signal);
    console.log(`To fix this, run: npx pulumi up -s ${name}`);
  }
  return findings.every(({ drifted, troubles }) => drifted.length === 0 && troubles.length === 0) ? 0 : 1;
}

/** An update of nothing but the record. The engine takes the outputs of its program for the stack's. */
async function record(stack: Stack, drift: DriftRecord, signal: AbortSignal): Promise<void> {
  const outputs = Object.entries(await stack.outputs()).map(([name, { value, secret: isSecret }]) => [
    name,
    isSecret ? secret(value as unknown) : (value as unknown),
  ]);
  const program = () => {
    recordDrift(drift);
    return Promise.resolve(Object.fromEntries(outputs) as Record<string, unknown>);
  };
  const target = [`**::pulumi:index:Stash::${driftRecordName}`];
  await stack.up({ program, target, signal, message: "drift", color: "never", suppressOutputs: true });
}

function report({ board, differences, notes, troubles }: Finding): string {
  if (board.dead) return `${board.name}: dead, not checked`;
  const isAsDesired = differences.length + troubles.length === 0;
  const lines = [...differences, ...notes, ...troubles];
  if (lines.length === 0) return `${board.name}: no drift`;
  return [`${board.name}:${isAsDesired ? " no drift" : ""}`, ...lines.map((line) => `  ${line}`)].join("\n");
}

if (import.meta.main) await runCommand(main);
