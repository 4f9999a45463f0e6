// Everything that a home shows when it is well.
import { reasonOf } from "../../../tools/lines.ts";
import { appsWork } from "../../apps/checks.ts";
import type { Finding } from "../../checks.ts";
import type { Lab } from "../../cluster.ts";
import { boardsAreAsPlanned, boardsAreMeasured, endingsAreKnown, hogIsEnded } from "./boards.ts";
import { pagesAreShown } from "./entrance.ts";
import { gitWorks } from "./git.ts";
import { guessingIsSlow } from "./guesses.ts";
import { nothingRestarted } from "./pods.ts";
import { datagramsArrive, readingsArrive } from "./sensors.ts";

/** A look at a home. */
export type Check = (lab: Lab) => Promise<readonly Finding[]>;

/** What is looked at after each `up`. */
export const usualChecks: readonly Check[] = [
  pagesAreShown,
  readingsArrive,
  datagramsArrive,
  appsWork,
  boardsAreAsPlanned,
  boardsAreMeasured,
  nothingRestarted,
];

/** What is tried once: it disturbs. */
export const onceChecks: readonly Check[] = [
  gitWorks,
  guessingIsSlow,
  endingsAreKnown,
  hogIsEnded,
  nothingRestarted,
];

/** What a check finds; that it can't be made is a finding. */
export function findingsOf(check: Check, lab: Lab): Promise<readonly Finding[]> {
  return check(lab).catch((error: unknown) => [
    { what: `the check ${check.name} was made`, holds: false, seen: reasonOf(error) },
  ]);
}

/** The usual checks, one after the other. */
export async function homeWorks(lab: Lab): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const check of usualChecks) findings.push(...(await findingsOf(check, lab)));
  return findings;
}
