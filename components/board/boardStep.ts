import { remote, type types } from "@pulumi/command";
import {
  all,
  type CustomResourceOptions,
  type Input,
  interpolate,
  type Output,
  output,
} from "@pulumi/pulumi";
import type { DriftRecord } from "./drift.ts";

/** What a step is. Its component has it among its inputs, by the name of the step's resource, for `npm run drift`. */
export interface BoardStep {
  /** Name of the phase, or of the step of the cluster's life. */
  readonly step: string;
  /** The board, or the cluster, whose life it is part of. It may run on another board. */
  readonly about: string;
  /** Whether it runs as root; else as the user who logs in. */
  readonly asRoot: boolean;
  /** Seconds. */
  readonly timeLimit: number;
}

/** How a step is run. */
export interface BoardStepRun {
  /** Who logs in where it runs. */
  readonly user: Input<string>;
  /** How the board is reached on which it runs; of {@link commandConnection}. */
  readonly connection: Input<types.input.remote.ConnectionArgs>;
  /** What runs, with its parameters in front. */
  readonly script: Input<string>;
  /** Default: none. */
  readonly drift?: Output<DriftRecord> | undefined;
  /** Whether the script is told if it was applied before. Default: false. */
  readonly tellsAgain?: boolean;
  /** Whether its output is a secret, to be shown nowhere. Default: false. */
  readonly isSecret?: boolean;
}

/** The command line of a step; the script comes on its standard input. */
export function stepCommand(
  { asRoot, timeLimit }: Pick<BoardStep, "asRoot" | "timeLimit">,
  user: string,
  verb: "apply" | "check" | "remove",
): string {
  const sudo = asRoot && user !== "root" ? "sudo -n " : "";
  return `${sudo}timeout -k 10 ${timeLimit} bash -s -- ${verb}`;
}

/**
 * A step as a resource: a changed script or parameter runs it again, in place, and so does drift. Removed, it
 * undoes what can be undone safely.
 */
export function boardStep(
  name: string,
  step: BoardStep,
  { user, connection, script, drift, tellsAgain = false, isSecret = false }: BoardStepRun,
  opts: CustomResourceOptions,
): remote.Command {
  const command = (verb: "apply" | "remove") => output(user).apply((who) => stepCommand(step, who, verb));
  const found = output(drift).apply((record) => record?.[name]);
  return new remote.Command(
    name,
    {
      connection,
      stdin: script,
      // Also what runs when an input changes.
      create: all([command("apply"), found]).apply(([apply, at]) =>
        at === undefined ? apply : `${apply} # drift found ${at}`,
      ),
      ...(tellsAgain && { update: interpolate`${command("apply")} again` }),
      delete: command("remove"),
      addPreviousOutputInEnv: false,
      ...(isSecret && { logging: remote.Logging.None }),
    },
    { ...opts, ...(isSecret && { additionalSecretOutputs: ["stdout"] }) },
  );
}

/** What stands around a step's answer: kubeadm/scripts/answer.sh. */
const answer = /^-----BEGIN BRAMBLE ANSWER-----\n(.*?)\n*^-----END BRAMBLE ANSWER-----$/ms;

/**
 * What a step answered, out of all that came over the connection: a `.bashrc` that greets prints into every
 * command's output.
 *
 * @param stdout of a step; what it answered, or an empty text if it answers nothing
 */
export function printed(stdout: string): string {
  return answer.exec(stdout.replaceAll("\r\n", "\n"))?.[1] ?? "";
}
