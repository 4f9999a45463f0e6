import path from "node:path";
import {
  type EngineEvent,
  LocalWorkspace,
  type OpMap,
  type PolicyEvent,
  type Stack,
} from "@pulumi/pulumi/automation/index.js";
import { policyResults, type Violation, violationText } from "../policy/judge.ts";
import { type Deployment, DeploymentError } from "./deployment.ts";
import { type RehearsalFolder, repository } from "./folder.ts";
import { stackName, writeRehearsalProject } from "./pulumiProject.ts";
import { ComponentTimes } from "./componentTimes.ts";
import { engineOptions } from "../tools/pulumi.ts";

/**
 * Deploys the stack with `pulumi up`, its state in the rehearsal's folder, the policy pack on.
 *
 * @param cli absolute path of Pulumi's CLI
 * @param onResource told the name of each resource as it is done
 * @throws DeploymentError with what the program, the engine or a policy said
 */
export async function deployWithEngine(
  folder: RehearsalFolder,
  cli: { readonly cli: string; readonly version: string },
  signal: AbortSignal,
  onResource: (name: string) => void,
): Promise<Deployment> {
  await writeRehearsalProject(folder);
  const stack = await selectStack(folder, cli.cli);
  // `up` only heeds an abort that comes while it runs.
  signal.throwIfAborted();
  const times = new ComponentTimes();
  const complaints: string[] = [];
  // By text: the preview says it, and the update again.
  const violations = new Map<string, Map<string, Violation>>();
  const onEvent = (event: EngineEvent) => {
    const done = times.take(event);
    if (done !== undefined) onResource(done);
    complaints.push(...complaintsIn(event));
    const { policyEvent } = event;
    if (policyEvent === undefined) return;
    const violation = violationIn(policyEvent);
    const known = violations.get(policyEvent.policyName) ?? new Map<string, Violation>();
    violations.set(policyEvent.policyName, known.set(JSON.stringify(violation), violation));
  };
  try {
    const { summary } = await stack.up({
      onEvent,
      signal,
      color: "never",
      suppressOutputs: true,
      policyPacks: [path.join(repository, "policy")],
    });
    return {
      deployedBy: `Pulumi ${cli.version}`,
      changes: changesText(summary.resourceChanges ?? {}),
      steps: times.steps,
      policies: policyResults(({ name }) => [...(violations.get(name)?.values() ?? [])]),
    };
  } catch (error) {
    signal.throwIfAborted();
    throw new DeploymentError(complaints.length > 0 ? complaints.join("\n") : String(error));
  }
}

/** The rehearsal's stack, for whoever has more to do with it than to deploy it. */
export async function selectStack(folder: RehearsalFolder, cli: string): Promise<Stack> {
  // The state holds made-up secrets only.
  const options = await engineOptions(cli, { PULUMI_CONFIG_PASSPHRASE: "rehearsal" });
  const where = { stackName, workDir: folder.project };
  const stack = await LocalWorkspace.createOrSelectStack(where, options);
  // An earlier run that was ended may have left its lock; this rehearsal holds one of its own.
  await stack.cancel().catch(() => undefined);
  return stack;
}

function complaintsIn({ diagnosticEvent, policyEvent }: EngineEvent): string[] {
  if (policyEvent?.enforcementLevel === "mandatory") {
    return [violationText(policyEvent.policyName, violationIn(policyEvent))];
  }
  return diagnosticEvent?.severity === "error" ? [diagnosticEvent.message.trim()] : [];
}

/** The engine puts the policy's description in front of what the policy said. */
function violationIn({ message, resourceUrn }: PolicyEvent): Violation {
  const [, ...said] = message.trim().split("\n");
  const resource = resourceUrn?.includes("::pulumi:pulumi:Stack::")
    ? undefined
    : resourceUrn?.split("::").at(-1);
  return { resource, message: said.join(" ").trim() };
}

function changesText({ same: _, ...changes }: OpMap): string {
  const words = { create: "created", update: "updated", delete: "deleted", replace: "replaced" };
  const told = Object.entries(words).flatMap(([op, word]) => {
    const count = changes[op as keyof typeof changes] ?? 0;
    return count > 0 ? [`${count} ${word}`] : [];
  });
  return told.length > 0 ? told.join(", ") : "nothing changed";
}
