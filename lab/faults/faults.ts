// What can go wrong with boards, and what the cluster is to be like after one more `up`.
import { currentBuild, nextPatchBuild, previousMinorBuild } from "../kubernetesBuild.ts";
import { changeKubelet, refuseChanges, upgrade } from "./changes.ts";
import { insertAbove, lose, removeFirst, rename, reorder, replaceFirst } from "./controlPlanes.ts";
import { die, keepPinned, leave } from "./departures.ts";
import { healthy, upTold, type Fault } from "./fault.ts";
import { cutConnections, interrupted, pullPlug, type Interruption } from "./interruptions.ts";
import { offForAYear } from "./yearOff.ts";
import { fillDisk, reboot, replaceWorker, restore } from "./machines.ts";

const daySeconds = 86_400;
const init = { step: "lab-1-control-plane", doing: "creating" } as const;
// A worker that takes the place of one that was destroyed.
const join = { step: "lab-2-join", doing: "updating" } as const;

/** The faults that the lab knows, by name. */
export const faults: Readonly<Record<string, Fault>> = {
  "init-power": ofFresh("the control plane loses power during init", {
    ...init,
    after: 25,
    harm: pullPlug("lab-1"),
  }),
  "join-power": ofJoin("a new worker loses power while it joins", {
    ...join,
    after: 4,
    harm: pullPlug("lab-2"),
  }),
  "init-ssh": ofFresh("the connection to the control plane is cut during init", {
    ...init,
    after: 15,
    harm: cutConnections("lab-1"),
  }),
  "join-ssh": ofJoin("the connection to a new worker is cut while it joins", {
    ...join,
    after: 3,
    harm: cutConnections("lab-2"),
  }),
  clock: {
    what: "the boards' clocks are a year behind when they start",
    fresh: true,
    clockOffset: -365 * daySeconds,
    go: async (lab, say) => {
      await upTold(lab, say);
      return healthy(lab);
    },
  },
  "year-off": {
    what: "all boards are off for 400 days",
    fresh: true,
    last: true,
    go: offForAYear,
  },
  "full-disk": { what: "the worker's disk is full", fresh: false, go: fillDisk },
  reboot: { what: "the control plane loses power and boots again", fresh: false, go: reboot },
  kubelet: { what: "a worker's maxPods and eviction threshold change", fresh: false, go: changeKubelet },
  "replace-worker": {
    what: "the worker is destroyed; a new machine of the same name replaces it",
    fresh: false,
    go: replaceWorker,
  },
  restore: {
    what: "the control plane is destroyed; a new machine of the same name is restored from a snapshot",
    fresh: false,
    go: restore,
  },
  pinned: {
    what: "a board with an app's data is removed from the settings",
    fresh: false,
    go: keepPinned,
  },
  leave: { what: "the worker is removed from the settings and added again", fresh: false, go: leave },
  dead: { what: "the worker is broken and removed; a new machine replaces it", fresh: false, go: die },
  refused: {
    what: "cluster.version and a range are changed to what the cluster can't become",
    fresh: false,
    go: refuseChanges,
  },
  upgrade: {
    what: "Kubernetes is upgraded to the next patch version",
    fresh: false,
    kubernetes: [currentBuild, nextPatchBuild],
    go: (lab, say) => upgrade(lab, say, nextPatchBuild),
  },
  "upgrade-minor": {
    what: "Kubernetes is upgraded from the previous minor version",
    fresh: false,
    kubernetes: [previousMinorBuild, currentBuild],
    go: (lab, say) => upgrade(lab, say, currentBuild),
  },
  "upgrade-power": {
    what: "the control plane loses power during an upgrade",
    fresh: false,
    kubernetes: [currentBuild, nextPatchBuild],
    go: (lab, say) =>
      upgrade(lab, say, nextPatchBuild, {
        step: "lab-1-control-plane",
        doing: "updating",
        after: 40,
        harm: pullPlug("lab-1"),
      }),
  },
  rename: { what: "the worker gets another name in the settings", fresh: false, go: rename },
  "insert-above": {
    what: "a new control plane is listed above the only one, and becomes the endpoint",
    fresh: false,
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
  return { what, fresh: false, controlPlanes: 3, go };
}

function ofFresh(what: string, when: Interruption): Fault {
  return { what, fresh: true, go: (lab, say) => interrupted(lab, say, when) };
}

function ofJoin(what: string, when: Interruption): Fault {
  const go: Fault["go"] = async (lab, say) => {
    await lab.replaceBoard("lab-2");
    return interrupted(lab, say, when);
  };
  return { what, fresh: false, go };
}
