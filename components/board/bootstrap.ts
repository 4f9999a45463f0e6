import { ComponentResource, type ComponentResourceOptions, type Output, type Resource } from "@pulumi/pulumi";
import { type BoardStep, boardStep } from "./boardStep.ts";
import {
  type BoardConnection,
  commandConnection,
  dialAttempts,
  dialAttemptsWhileStarting,
} from "./connection.ts";
import { connectionHooks } from "./connectionHooks.ts";
import type { DriftRecord } from "./drift.ts";
import { type BootstrapPlan, bootstrapPhases } from "./phases.ts";

/** What a board is brought to, and how it is reached. */
export interface BoardBootstrapArgs {
  /** What the board is to become. */
  readonly plan: BootstrapPlan;
  /** How it is reached by SSH. */
  readonly connection: BoardConnection;
  /**
   * Says that the board is gone for good. bramble never connects to it again: `pulumi up` keeps what it knows of it as it
   * is, and once the board is taken out of the settings forgets it without undoing anything on it. Default: false.
   */
  readonly dead?: boolean | undefined;
  /** Public host keys of all boards by name: an error says whose card is in this board. Default: none. */
  readonly hostKeys?: Readonly<Record<string, string>> | undefined;
  /** Phases that run again. Default: none. */
  readonly drift?: Output<DriftRecord> | undefined;
}

/**
 * Brings a board from a freshly flashed card to a node that is ready for kubeadm. One resource for each phase:
 * a changed script or parameter runs that phase again, in place. Deleted, it reverts what can be reverted safely.
 */
export class BoardBootstrap extends ComponentResource {
  constructor(name: string, args: BoardBootstrapArgs, opts?: ComponentResourceOptions) {
    const { plan, connection, drift, dead = false, hostKeys = {} } = args;
    const { board } = plan;
    const { user } = connection;
    const phases = bootstrapPhases(plan).map(({ phase, asRoot, timeLimit, ...document }) => {
      const step: BoardStep = { step: phase, about: board, asRoot, timeLimit };
      return { ...document, step, resource: `${name}-${phase}` };
    });
    const steps = Object.fromEntries(phases.map(({ resource, step }) => [resource, step]));
    super("bramble:board:BoardBootstrap", name, { board, user, dead, steps }, opts);
    const hooks = connectionHooks(name, { board, connection, dead, hostKeys });
    let previous: Resource[] = [];
    for (const { resource, step, script, whileStarting } of phases) {
      const attempts = whileStarting ? dialAttemptsWhileStarting : dialAttempts;
      const run = { user, connection: commandConnection(connection, attempts), script, drift };
      const command = boardStep(resource, step, run, {
        parent: this,
        // One at a time for each board.
        dependsOn: previous,
        retainOnDelete: dead,
        ignoreChanges: dead ? ["*"] : [],
        hooks,
      });
      previous = [command];
    }
    this.registerOutputs({ board });
  }
}
