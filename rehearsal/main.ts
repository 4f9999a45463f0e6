import path from "node:path";
import { parseArgs } from "node:util";
import { MemoryBudgetError } from "../components/capacity/memoryBudget.ts";
import { SettingsError } from "../settings/errors.ts";
import { ControlPlaneError, stopControlPlane } from "./controlPlane.ts";
import { DeploymentError } from "./deployment.ts";
import type { RehearsalFolder } from "./folder.ts";
import { rehearse, UnknownBoardError } from "./rehearse.ts";
import { htmlReport } from "./report/html.ts";
import { writePage } from "./report/page.ts";
import { textReport } from "./report/text.ts";
import { verdict } from "./report/verdict.ts";
import { Steps } from "./steps.ts";
import { findEngine } from "../tools/engine.ts";
import { untilInterrupted } from "../tools/interruption.ts";
import { withLock } from "../tools/lock.mjs";
import { findTools } from "../tools/obtain.ts";
import { SetUpError } from "../tools/setUp.ts";

type Tools = Awaited<ReturnType<typeof findTools>>;

const usage = `npm start                 rehearse the cluster of stacks/Pulumi.home.yaml
npm start -- --fail each  also simulate the failure of each board in turn; of one: --fail pi3-2
npm start -- --down       stop the rehearsal and delete everything that it created`;

/** Faults whose message says everything; a stack would only hide it. */
const plainErrors = [
  SettingsError,
  MemoryBudgetError,
  ControlPlaneError,
  DeploymentError,
  SetUpError,
  UnknownBoardError,
];

/**
 * The command line of the rehearsal.
 *
 * @param args what stands behind `npm start --`
 * @param folder where everything is kept
 * @returns the exit code: 0 if every pod runs, 1 on a fault, 2 on wrong arguments, 128 + n if ended by signal n
 */
export async function main(args: string[], folder: RehearsalFolder): Promise<number> {
  let wanted: { down?: boolean | undefined; fail?: string | undefined };
  try {
    wanted = parseArgs({ args, options: { down: { type: "boolean" }, fail: { type: "string" } } }).values;
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    return 2;
  }
  const work = async (signal: AbortSignal) => {
    const tools = await findTools();
    const say = (line: string) => process.stderr.write(`${line}\n`);
    const request = { file: folder.lock, holder: "a rehearsal", say, signal };
    return withLock(request, () =>
      wanted.down ? end(folder, tools) : start(folder, tools, wanted.fail, signal),
    );
  };
  return untilInterrupted(work, (error) => {
    const isPlain = plainErrors.some((type) => error instanceof type);
    console.error(isPlain ? `\n${(error as Error).message}` : error);
  });
}

async function end(folder: RehearsalFolder, tools: Tools): Promise<number> {
  await stopControlPlane(folder, tools.kwokctl);
  console.log("The rehearsal is stopped, and everything that it created is deleted.");
  return 0;
}

async function start(
  folder: RehearsalFolder,
  tools: Tools,
  fail: string | undefined,
  signal: AbortSignal,
): Promise<number> {
  console.log("Rehearsing the cluster:");
  try {
    const steps = new Steps(process.stdout);
    const outcome = await rehearse({ folder, tools, engine: await findEngine(), fail, steps, signal });
    await writePage(folder.report, htmlReport(outcome));
    console.log(`\n${textReport(outcome)}`);
    const here = (file: string) => path.relative(process.cwd(), file);
    console.log(`Report:       ${here(folder.report)}`);
    console.log(`Access:       KUBECONFIG=${here(folder.kubeconfig)} kubectl get pods -A`);
    console.log("Stop:         npm start -- --down");
    return verdict(outcome).fine ? 0 : 1;
  } catch (error) {
    // Whoever interrupts wants none of it left; whoever met an error may look around and try again.
    if (signal.aborted) await stopControlPlane(folder, tools.kwokctl);
    throw error;
  }
}
