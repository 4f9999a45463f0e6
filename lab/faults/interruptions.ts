// A power cut or a broken connection in the middle of a step; one more `up` mends it.
import { setTimeout as sleep } from "node:timers/promises";
import { lastLines } from "../../tools/lines.ts";
import type { Finding } from "../checks.ts";
import type { Lab } from "../cluster.ts";
import { complaint, healthy, upTold, type Say } from "./fault.ts";

/** When an interruption comes, and what it is. */
export interface Interruption {
  /** The step's resource: `lab-1-control-plane`. */
  readonly step: string;
  /** What the engine does with it. */
  readonly doing: "creating" | "updating";
  /** Seconds for which it has been at it. */
  readonly after: number;
  readonly harm: (lab: Lab) => Promise<void>;
}

/** Lets an `up` run until a step is under way for some seconds, does the harm, and lets one more `up` mend it. */
export async function interrupted(lab: Lab, say: Say, when: Interruption): Promise<Finding[]> {
  const happened = await cutOff(lab, say, when);
  await upTold(lab, say);
  return [happened, ...(await healthy(lab))];
}

/** Lets an `up` run until a step is under way for some seconds and does the harm. */
export async function cutOff(lab: Lab, say: Say, when: Interruption): Promise<Finding> {
  const { step, doing, after, harm } = when;
  let harmed: Promise<void> | undefined;
  const onLine = (line: string) => {
    if (harmed !== undefined || !line.includes(`${step} ${doing}`)) return;
    harmed = sleep(after * 1000).then(() => {
      say(`${step} is in progress: injecting the fault`);
      return harm(lab);
    });
  };
  const begin = performance.now();
  const seen = await complaint(lab.stack.up(onLine), "the up succeeded nevertheless");
  await harmed;
  say(`${((performance.now() - begin) / 1000).toFixed(0)} s until the up ended: ${lastLines(seen, 12)}`);
  return { what: `the fault was injected during ${step}`, holds: harmed !== undefined, seen };
}

/** Off and on again, with what it had not flushed to its card lost. */
export function pullPlug(name: string): (lab: Lab) => Promise<void> {
  return async (lab) => {
    await lab.board(name).powerOff();
    await lab.board(name).powerOn();
  };
}

/** The connections' processes on the board end; what they had begun may go on. */
export function cutConnections(name: string): (lab: Lab) => Promise<void> {
  return async (lab) => {
    await lab
      .board(name)
      .ssh("sudo pkill -KILL -f '^sshd-session: pi@notty' || true")
      .catch(() => undefined);
  };
}
