import { mkdir } from "node:fs/promises";
import { ApiregistrationV1Api, type KubeConfig } from "@kubernetes/client-node";
import { planBoards } from "../components/board/board.ts";
import { requireFit } from "../components/cluster/memoryBudget.ts";
import { appsOf, workloadsOf } from "../stacks/apps.ts";
import { settingsOfRehearsal } from "../stacks/settings.ts";
import { applyTo } from "./apply.ts";
import { hasBoards, putBoards } from "./boards.ts";
import { connect, startControlPlane, stopControlPlane } from "./controlPlane.ts";
import type { Deployment } from "./deployment.ts";
import { deployDirectly } from "./deployDirectly.ts";
import { deployWithEngine } from "./deployWithEngine.ts";
import type { RehearsalFolder } from "./folder.ts";
import { placedPods } from "./placedPods.ts";
import { stackName } from "./pulumiProject.ts";
import type { Outcome, Step } from "./report/outcome.ts";
import type { Steps } from "./steps.ts";
import { kubernetesVersion, type ToolName } from "./tools/catalogue.ts";
import type { EngineLook } from "./tools/engine.ts";

/** What a rehearsal works with. */
export interface Rehearsal {
  readonly folder: RehearsalFolder;
  readonly tools: Record<ToolName, string>;
  /** Pulumi's CLI, or why there is none; then the program is deployed without it. */
  readonly engine: EngineLook;
  readonly steps: Steps;
  readonly signal: AbortSignal;
}

/**
 * Rehearses a cluster: a real control plane with a node for each board, the stack deployed to it, every pod
 * placed by the real scheduler. The control plane goes on; the same rehearsal again takes it over.
 *
 * @throws SettingsError, MemoryBudgetError before anything is started; ControlPlaneError, DeploymentError
 */
export async function rehearse({ folder, tools, engine, steps, signal }: Rehearsal): Promise<Outcome> {
  const settings = await steps.run("settings", () => settingsOfRehearsal(stackName));
  const boards = planBoards(settings.boards);
  const workloads = workloadsOf(appsOf(settings, stackName), boards);
  const budget = await steps.run("memory budget", () => requireFit(boards, workloads));

  await mkdir(folder.root, { recursive: true });
  if (!(await hasBoards(folder, boards))) {
    await stopControlPlane(folder, tools.kwokctl);
    await mkdir(folder.root, { recursive: true });
    await steps.run("control plane", () => startControlPlane(folder, tools, signal));
    await steps.run("boards", () => putBoards(folder, boards, signal));
  }

  const deploying = "cli" in engine ? "pulumi up" : "deployment";
  const deployment = await steps.run(deploying, (progress) => deploy(folder, engine, signal, progress));
  await withdrawAggregatedApis(connect(folder));
  const placement = await steps.run("pods", () => placedPods(connect(folder), budget, signal));
  return {
    stack: settings.rehearses ?? stackName,
    kubernetesVersion,
    deployedBy: deployment.by,
    changes: deployment.changes,
    ...placement,
    uncertain: budget.uncertain,
    steps: withRooms(steps.taken, deployment),
  };
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

function deploy(
  folder: RehearsalFolder,
  engine: EngineLook,
  signal: AbortSignal,
  progress: (text: string) => void,
): Promise<Deployment> {
  return "cli" in engine
    ? deployWithEngine(folder, engine, signal, progress)
    : deployDirectly(folder, applyTo(connect(folder)), engine.missing, progress);
}

/** The steps, with the rooms of the deployment below it. */
function withRooms(steps: readonly Step[], deployment: Deployment): Step[] {
  const rooms = deployment.steps.map(({ name, seconds }) => ({ name: `pulumi up: ${name}`, seconds }));
  return steps.flatMap((step) => (step.name === "pulumi up" ? [step, ...rooms] : [step]));
}
