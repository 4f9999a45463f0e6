import { mkdir, readFile } from "node:fs/promises";
import { ApiregistrationV1Api, type KubeConfig } from "@kubernetes/client-node";
import { type PlannedBoard, planBoards } from "../components/board/board.ts";
import { type BoardFailure, boardFailures, upgradeOrder } from "../components/capacity/boardFailure.ts";
import { readPods } from "../components/capacity/clusterPods.ts";
import { requireFit } from "../components/capacity/memoryBudget.ts";
import { noOtherPods, type OtherPods, otherPodsIn, type OwnPods } from "../components/capacity/otherPods.ts";
import { loadsOf, partsOf } from "../settings/apps.ts";
import { settingsOfFile } from "../settings/settings.ts";
import { allowedWords, didYouMean } from "../settings/errors.ts";
import { hasBoards, putBoards } from "./boards.ts";
import { applyTo, connect, startControlPlane, stopControlPlane } from "./controlPlane.ts";
import type { Deployment } from "./deployment.ts";
import { deployDirectly } from "./deployDirectly.ts";
import { deployWithEngine } from "./deployWithEngine.ts";
import { calculated, type FailureOutcome, FailureRehearsal } from "./failure.ts";
import type { RehearsalFolder } from "./folder.ts";
import { placedPods } from "./placedPods.ts";
import { startScheduledPods } from "./scheduledPods.ts";
import { stackName } from "./pulumiProject.ts";
import type { Outcome, Step } from "./report/outcome.ts";
import type { Steps } from "./steps.ts";
import { kubernetesVersion, type ToolName } from "../tools/catalogue.ts";
import type { EngineLook } from "../tools/engine.ts";

/** What a rehearsal works with. */
export interface Rehearsal {
  readonly folder: RehearsalFolder;
  readonly tools: Record<ToolName, string>;
  /** Pulumi's CLI, or why there is none; then the program is deployed without it. */
  readonly engine: EngineLook;
  /** The board that is to fail, or `each`. Default: none; what would happen is calculated then. */
  readonly fail?: string | undefined;
  readonly steps: Steps;
  readonly signal: AbortSignal;
}

/**
 * Rehearses a cluster: a real control plane with a node for each board, the stack deployed to it, every pod
 * placed by the real scheduler. The control plane goes on; the same rehearsal again takes it over.
 *
 * @throws SettingsError, MemoryBudgetError, UnknownBoardError before anything is started; ControlPlaneError, DeploymentError
 */
export async function rehearse(rehearsal: Rehearsal): Promise<Outcome> {
  const { folder, tools, engine, steps, signal } = rehearsal;
  const settings = await steps.run("settings", () => settingsOfFile(stackName).settings);
  const boards = planBoards(settings.boards);
  const failing = boardsToFail(boards, rehearsal.fail);
  const workloads = loadsOf(partsOf(settings, stackName, boards), boards);
  const own = { stack: stackName, loads: workloads, boards };
  const isThere = await hasBoards(folder, boards);
  const others = isThere ? await otherPodsOf(folder, own) : noOtherPods;
  const budget = await steps.run("memory budget", () => requireFit(boards, workloads, others));

  await mkdir(folder.root, { recursive: true });
  if (!isThere) {
    await stopControlPlane(folder, tools.kwokctl);
    await mkdir(folder.root, { recursive: true });
    await steps.run("control plane", () => startControlPlane(folder, tools, signal));
    await steps.run("boards", () => putBoards(folder, boards, signal));
  }

  const deploying = "cli" in engine ? "pulumi up" : "deployment";
  const deployment = await steps.run(deploying, (progress) =>
    "cli" in engine
      ? deployWithEngine(folder, engine, signal, progress)
      : deployDirectly(folder, applyTo(connect(folder)), engine.missing, progress),
  );
  await withdrawAggregatedApis(connect(folder));
  await startScheduledPods(connect(folder), signal);
  const placement = await steps.run("pods", () => placedPods(connect(folder), budget, own, signal));
  return {
    stack: settings.extends ?? stackName,
    kubernetesVersion,
    ...deployment,
    ...placement,
    uncertain: budget.uncertain,
    atRisk: budget.atRisk,
    failures: await failuresOf(boardFailures(boards, workloads, others), failing, rehearsal),
    upgrade: upgradeOrder(boards, workloads, others),
    steps: withRooms(steps.taken, deployment),
  };
}

/** What was deployed to the rehearsal's cluster by hand, besides the stack. */
async function otherPodsOf(folder: RehearsalFolder, own: OwnPods): Promise<OtherPods> {
  const { pods, use } = await readPods(await readFile(folder.kubeconfig, "utf8"), 60);
  return otherPodsIn(pods, use, own);
}

/** Thrown where a board is to fail that is none. */
export class UnknownBoardError extends Error {
  override name = "UnknownBoardError";
}

function boardsToFail(boards: readonly PlannedBoard[], fail: string | undefined): readonly string[] {
  const names = boards.map(({ name }) => name);
  if (fail === undefined || fail === "each") return fail === undefined ? [] : names;
  if (names.includes(fail)) return [fail];
  const allowed = ["each", ...names];
  throw new UnknownBoardError(
    `--fail: no board is called "${fail}". ${allowedWords(allowed)}${didYouMean(fail, allowed)}`,
  );
}

/** What happens if each board fails: seen where it is to fail, calculated where it is not. */
async function failuresOf(
  expected: readonly BoardFailure[],
  failing: readonly string[],
  { folder, steps, signal }: Rehearsal,
): Promise<FailureOutcome[]> {
  const rehearsal = new FailureRehearsal(connect(folder), signal);
  const outcomes: FailureOutcome[] = [];
  for (const failure of expected) {
    const isSeen = failing.includes(failure.board);
    outcomes.push(
      isSeen ? await steps.run(`fail ${failure.board}`, () => rehearsal.fail(failure)) : calculated(failure),
    );
  }
  return outcomes;
}

/**
 * Withdraws the APIs that programs in the cluster would serve, such as metrics-server's: in a rehearsal nobody
 * serves them, and while one does not answer, no namespace can be deleted.
 */
async function withdrawAggregatedApis(config: KubeConfig): Promise<void> {
  const api = config.makeApiClient(ApiregistrationV1Api);
  const { items } = await api.listAPIService();
  for (const { metadata, spec } of items) {
    if (spec?.service && metadata?.name) await api.deleteAPIService({ name: metadata.name });
  }
}

/** The steps, with the components of the deployment below it. */
function withRooms(steps: readonly Step[], deployment: Deployment): Step[] {
  const components = deployment.steps.map(({ name, seconds }) => ({ name: `pulumi up: ${name}`, seconds }));
  return steps.flatMap((step) => (step.name === "pulumi up" ? [step, ...components] : [step]));
}
