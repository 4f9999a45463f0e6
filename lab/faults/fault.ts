// What all faults of the lab have in common.
import { clusterHealthy, type Finding } from "../checks.ts";
import type { Lab } from "../cluster.ts";
import type { KubernetesBuild } from "../kubernetesBuild.ts";
import type { LabBoard, LabSettings } from "../settings.ts";
import { StackError, type StackOutcome } from "../stack.ts";

/** A fault and how the lab goes through it. */
export interface Fault {
  readonly what: string;
  /** Brings the fault about, on boards that are fresh or in a healthy cluster, and what follows. */
  readonly go: (lab: Lab, say: Say) => Promise<Finding[]>;
  /** Whether it needs boards on which nothing has been done yet. Default: false. */
  readonly fresh?: boolean;
  /** Whether no other fault can follow on the same boards. */
  readonly last?: boolean;
  /** The versions of Kubernetes that it needs; the cluster begins with the first. Default: the current one. */
  readonly kubernetes?: readonly KubernetesBuild[];
  /** Whether it needs the lab's apps. Default: there are none. */
  readonly apps?: boolean;
  /** How many boards it needs at least. Default: those of stacks/Pulumi.lab.yaml. */
  readonly boards?: number;
  /** How many control planes it needs. Default: any number. */
  readonly controlPlanes?: number;
  /** Seconds by which the boards' clocks are ahead when they start. */
  readonly clockOffset?: number;
}

/** Tells the user what happens. */
export type Say = (line: string) => void;

/** `pulumi up`, and what it did. */
export async function upTold(lab: Lab, say: Say): Promise<StackOutcome> {
  const outcome = await lab.stack.up();
  say(`up: ${outcome.seconds.toFixed(0)} s; ${changesText(outcome.changes) || "nothing changed"}`);
  return outcome;
}

/** Changes that are still read one by one. */
const readable = 30;

function changesText(changes: readonly string[]): string {
  if (changes.length <= readable) return changes.join(", ");
  const kinds = Object.entries(Object.groupBy(changes, (change) => change.split(" ")[0] ?? ""));
  return kinds.map(([kind, all = []]) => `${kind} ${all.length}`).join(", ");
}

/**
 * Whether the cluster works, some minutes after a fault at the latest.
 *
 * @param count of boards that are in it
 * @param from the control plane that is asked, by name
 */
export function healthy(lab: Lab, count = lab.boards.size, from?: string): Promise<Finding[]> {
  return clusterHealthy(from === undefined ? lab.first : lab.board(from), count, 600);
}

/** Makes these the boards of the settings. */
export async function configure(lab: Lab, boards: LabBoard[]): Promise<void> {
  lab.settings.boards = boards;
  await lab.stack.configure(lab.settings);
}

/** What the engine said where it failed, as it may; `otherwise` where it did not. */
export function complaint(outcome: Promise<StackOutcome>, otherwise: string): Promise<string> {
  return outcome.then(
    () => otherwise,
    (error: unknown) => {
      if (!(error instanceof StackError)) throw error;
      return error.message;
    },
  );
}

/** What a preview says to a change of the settings, which it is to refuse; then they are as they were. */
export async function refusal(lab: Lab, change: Partial<LabSettings>): Promise<string> {
  await lab.stack.configure({ ...lab.settings, ...change });
  const said = await complaint(lab.stack.preview(), "the preview succeeded");
  await lab.stack.configure(lab.settings);
  return said;
}
