// What can go wrong with boards, and what the cluster is to be like after one more `up`.
import { currentBuild, nextPatchBuild, previousMinorBuild } from "../kubernetesBuild.ts";
import { changeKubelet, refuseChanges, upgrade } from "./changes.ts";
import { insertAbove, lose, removeFirst, rename, reorder, replaceFirst } from "./controlPlanes.ts";
import { bootWithoutDisk, wipe } from "./data.ts";
import { die, keepPinned, leave } from "./departures.ts";
import { healthy, upTold, type Fault } from "./fault.ts";
import { cutConnections, interrupted, pullPlug, type Interruption } from "./interruptions.ts";
import { losePower, stayAway, updateSystems } from "./systemUpdates.ts";
import { fillDisk, offForAYear, reboot, replaceWorker, restore } from "./machines.ts";

const daySeconds = 86_400;
const toNextPatch = [currentBuild, nextPatchBuild] as const;
const toNextMinor = [previousMinorBuild, currentBuild] as const;

/** The faults that the lab knows, by name. */
export const faults: Readonly<Record<string, Fault>> = {
  "init-power": ofInit("the control plane loses power during init", 25, pullPlug("lab-1")),
  "join-power": ofJoin("a new worker loses power while it joins", 4, pullPlug("lab-2")),
  "init-ssh": ofInit("the connection to the control plane is cut during init", 15, cutConnections("lab-1")),
  "join-ssh": ofJoin("the connection to a new worker is cut while it joins", 3, cutConnections("lab-2")),
  clock: {
    what: "the boards' clocks are a year behind when they start",
    fresh: true,
    clockOffset: -365 * daySeconds,
    go: async (lab, say) => {
      await upTold(lab, say);
      return healthy(lab);
    },
  },
  "year-off": { what: "all boards are off for 400 days", fresh: true, last: true, go: offForAYear },
  "full-disk": { what: "the worker's disk is full", go: fillDisk },
  reboot: { what: "the control plane loses power and boots again", go: reboot },
  kubelet: { what: "a worker's maxPods and eviction threshold change", go: changeKubelet },
  "replace-worker": {
    what: "the worker is destroyed; a new machine of the same name replaces it",
    go: replaceWorker,
  },
  restore: {
    what: "the control plane is destroyed; a new machine of the same name is restored from a snapshot",
    go: restore,
  },
  wipe: {
    what: "all boards get new cards; the disk with the backups stays",
    apps: true,
    boards: 3,
    go: wipe,
  },
  "no-disk": {
    what: "the board with the backups boots without its disk, then with it again",
    apps: true,
    go: bootWithoutDisk,
  },
  pinned: { what: "a board with an app's data is removed from the settings", go: keepPinned },
  leave: { what: "the worker is removed from the settings and added again", go: leave },
  dead: { what: "the worker is broken and removed; a new machine replaces it", go: die },
  refused: {
    what: "cluster.version and a range are changed to what the cluster can't become",
    go: refuseChanges,
  },
  upgrade: ofUpgrade("Kubernetes is upgraded to the next patch version", toNextPatch),
  "upgrade-minor": ofUpgrade("Kubernetes is upgraded from the previous minor version", toNextMinor),
  "upgrade-power": ofUpgrade("the control plane loses power during an upgrade", toNextPatch, {
    step: "lab-1-control-plane",
    doing: "updating",
    after: 40,
    harm: pullPlug("lab-1"),
  }),
  updates: {
    what: "each board installs a newer package that asks for a reboot",
    boards: 3,
    go: updateSystems,
  },
  "updates-away": { what: "a board stays away when it is rebooted", boards: 3, go: stayAway },
  "updates-power": {
    what: "the control plane loses power while workers are rebooted",
    boards: 3,
    go: losePower,
  },
  rename: { what: "the worker gets another name in the settings", go: rename },
  "insert-above": {
    what: "a new control plane is listed above the only one, and becomes the endpoint",
    controlPlanes: 1,
    go: insertAbove,
  },
  reorder: ofThree("the list of boards is reversed", reorder),
  "remove-first": ofThree(
    "the control plane that created the cluster is removed and added again",
    removeFirst,
  ),
  "lose-first": ofThree("the same one is lost for good; later a new machine replaces it", lose("lab-1")),
  "lose-other": ofThree("another one is lost for good; later a new machine replaces it", lose("lab-3")),
  "replace-first": ofThree("the first control plane gets a new card", replaceFirst),
};

function ofThree(what: string, go: Fault["go"]): Fault {
  return { what, controlPlanes: 3, go };
}

function ofUpgrade(what: string, kubernetes: typeof toNextPatch, cut?: Interruption): Fault {
  return { what, kubernetes, go: (lab, say) => upgrade(lab, say, kubernetes[1], cut) };
}

/** @param after seconds for which the step has been under way */
function ofInit(what: string, after: number, harm: Interruption["harm"]): Fault {
  const when = { step: "lab-1-control-plane", doing: "creating", after, harm } as const;
  return { what, fresh: true, go: (lab, say) => interrupted(lab, say, when) };
}

/** A worker that takes the place of one that was destroyed. */
function ofJoin(what: string, after: number, harm: Interruption["harm"]): Fault {
  const when = { step: "lab-2-join", doing: "updating", after, harm } as const;
  const go: Fault["go"] = async (lab, say) => {
    await lab.replaceBoards("lab-2");
    return interrupted(lab, say, when);
  };
  return { what, go };
}
