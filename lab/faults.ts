// What can go wrong with boards, and what the cluster is to be like after one more `up`.
import { setTimeout as sleep } from "node:timers/promises";
import { clusterHealthy, kubectl, nodesReady, until, type Finding } from "./checks.ts";
import type { Lab } from "./cluster.ts";
import { StackError, type StackOutcome } from "./stack.ts";

/** A fault and how the lab goes through it. */
export interface Fault {
  readonly what: string;
  /** Brings the fault about, on boards that are fresh or in a healthy cluster, and what follows. */
  readonly go: (lab: Lab, say: (line: string) => void) => Promise<Finding[]>;
  /** Whether it needs boards on which nothing has been done yet. */
  readonly fresh: boolean;
  /** Seconds by which the boards' clocks are ahead when they start. */
  readonly clockOffset?: number;
}

const daySeconds = 86_400;

/** The faults that the lab knows, by name. */
export const faults: Readonly<Record<string, Fault>> = {
  "init-power": {
    what: "the control plane loses its power during init",
    fresh: true,
    go: (lab, say) => interrupted(lab, say, "lab-1-control-plane", 25, pullPlug("lab-1")),
  },
  "join-power": {
    what: "the worker loses its power during its join",
    fresh: true,
    go: (lab, say) => interrupted(lab, say, "lab-2-join", 4, pullPlug("lab-2")),
  },
  "init-ssh": {
    what: "the connection to the control plane is cut during init",
    fresh: true,
    go: (lab, say) => interrupted(lab, say, "lab-1-control-plane", 15, cutConnections("lab-1")),
  },
  "join-ssh": {
    what: "the connection to the worker is cut during its join",
    fresh: true,
    go: (lab, say) => interrupted(lab, say, "lab-2-join", 3, cutConnections("lab-2")),
  },
  clock: {
    what: "the boards' clocks are a year behind when they start",
    fresh: true,
    clockOffset: -365 * daySeconds,
    go: async (lab, say) => {
      await upTold(lab, say);
      return healthy(lab);
    },
  },
  "full-disk": {
    what: "the worker's disk is full",
    fresh: false,
    go: async (lab, say) => {
      const worker = lab.board("lab-2");
      await worker.ssh("sudo fallocate -l $(($(df --output=avail -B1 / | tail -n 1) - 20000000)) /full");
      say("the disk is full");
      const pressure = await until(
        300,
        () => kubectl(lab.board("lab-1"), "describe node lab-2"),
        (seen) => /DiskPressure +True/.test(seen),
      );
      await worker.ssh("sudo rm /full");
      await upTold(lab, say);
      const eased = await until(
        480,
        () => kubectl(lab.board("lab-1"), "describe node lab-2"),
        (seen) => /DiskPressure +False/.test(seen),
      );
      return [
        { what: "the kubelet sees it", ...pressure, seen: "" },
        { what: "and that there is room again", ...eased, seen: "" },
        ...(await healthy(lab)),
      ];
    },
  },
  reboot: {
    what: "the control plane reboots",
    fresh: false,
    go: async (lab) => {
      const board = lab.board("lab-1");
      await board.powerOff();
      await board.powerOn();
      return healthy(lab);
    },
  },
  "replace-worker": {
    what: "the worker is destroyed; a new machine of the same name takes its place",
    fresh: false,
    go: async (lab, say) => {
      await lab.replaceBoard("lab-2");
      await upTold(lab, say);
      return healthy(lab);
    },
  },
};

/** Lets an `up` run until a step is under way for some seconds, does the harm, and lets one more `up` mend it. */
async function interrupted(
  lab: Lab,
  say: (line: string) => void,
  step: string,
  seconds: number,
  harm: (lab: Lab) => Promise<void>,
): Promise<Finding[]> {
  let harmed: Promise<void> | undefined;
  const onLine = (line: string) => {
    if (harmed !== undefined || !line.includes(`${step} creating`)) return;
    harmed = sleep(seconds * 1000).then(() => {
      say(`${step} is under way: now`);
      return harm(lab);
    });
  };
  const first = await lab.stack.up(onLine).then(
    () => "it went through all the same",
    (error: unknown) => {
      if (!(error instanceof StackError)) throw error;
      return "it failed, as it must";
    },
  );
  await harmed;
  say(`first up: ${first}`);
  const happened = {
    what: `the harm came while ${step} was under way`,
    holds: harmed !== undefined,
    seen: first,
  };
  await upTold(lab, say);
  return [happened, ...(await healthy(lab))];
}

function pullPlug(name: string): (lab: Lab) => Promise<void> {
  return async (lab) => {
    await lab.board(name).powerOff();
    await lab.board(name).powerOn();
  };
}

/** The connections' processes on the board end; what they had begun may go on. */
function cutConnections(name: string): (lab: Lab) => Promise<void> {
  return async (lab) => {
    await lab
      .board(name)
      .ssh("sudo pkill -KILL -f '^sshd-session: pi@notty' || true")
      .catch(() => undefined);
  };
}

async function upTold(lab: Lab, say: (line: string) => void): Promise<StackOutcome> {
  const outcome = await lab.stack.up();
  say(`up: ${outcome.seconds.toFixed(0)} s; ${outcome.changes.join(", ") || "nothing changed"}`);
  return outcome;
}

async function healthy(lab: Lab): Promise<Finding[]> {
  const count = lab.boards.size;
  const ready = await nodesReady(lab.board("lab-1"), count, 600);
  return ready.holds ? clusterHealthy(lab.board("lab-1"), count) : [ready];
}
