import { remote } from "@pulumi/command";
import { ComponentResource, type ComponentResourceOptions, type Resource } from "@pulumi/pulumi";
import {
  type BoardConnection,
  commandConnection,
  dialAttempts,
  dialAttemptsWhileStarting,
} from "./connection.ts";
import { connectionHooks } from "./connectionHooks.ts";
import { type BootstrapPlan, bootstrapPhases, type PhaseDocument } from "./phases.ts";

/** What a board is brought to, and how it is reached. */
export interface BoardBootstrapArgs {
  readonly plan: BootstrapPlan;
  readonly connection: BoardConnection;
  /**
   * Says that the board is gone for good. It is never dialled again: `pulumi up` keeps what it knows of it as it
   * is, and once the board is taken out of the settings forgets it without undoing anything on it. Default: false.
   */
  readonly dead?: boolean | undefined;
}

/** The command line of a phase; the script comes on its standard input. */
export function phaseCommand(
  { asRoot, timeLimit }: Pick<PhaseDocument, "asRoot" | "timeLimit">,
  user: string,
  verb: "apply" | "check" | "remove",
): string {
  const sudo = asRoot && user !== "root" ? "sudo -n " : "";
  return `${sudo}timeout -k 10 ${timeLimit} bash -s -- ${verb}`;
}

/**
 * Brings a board from a freshly flashed card to a node that is ready for kubeadm. One resource for each phase:
 * a changed script or parameter runs that phase again, in place. Removed, it undoes what can be undone safely.
 */
export class BoardBootstrap extends ComponentResource {
  constructor(name: string, args: BoardBootstrapArgs, opts?: ComponentResourceOptions) {
    const { plan, connection, dead = false } = args;
    super("bramble:board:BoardBootstrap", name, { board: plan.board, user: connection.user, dead }, opts);
    const { user } = connection;
    const hooks = connectionHooks(name, { ...args, board: args.plan.board });
    let previous: Resource[] = [];
    for (const document of bootstrapPhases(plan)) {
      const attempts = document.whileStarting ? dialAttemptsWhileStarting : dialAttempts;
      const command = new remote.Command(
        `${name}-${document.phase}`,
        {
          connection: commandConnection(connection, attempts),
          stdin: document.script,
          // Also what runs when an input changes.
          create: phaseCommand(document, user, "apply"),
          delete: phaseCommand(document, user, "remove"),
          addPreviousOutputInEnv: false,
        },
        {
          parent: this,
          // One at a time for each board.
          dependsOn: previous,
          retainOnDelete: dead,
          ignoreChanges: dead ? ["*"] : [],
          hooks,
        },
      );
      previous = [command];
    }
    this.registerOutputs({ board: plan.board });
  }
}
