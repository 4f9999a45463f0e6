// What can happen to a home.
import { currentBuild, nextPatchBuild } from "../kubernetesBuild.ts";
import type { Fault } from "../faults/fault.ts";
import { addressChanges } from "./faults/address.ts";
import { breakThings } from "./faults/brokenThings.ts";
import { cutAllPower, entranceDies, fillCards } from "./faults/power.ts";
import { sundayDrill } from "./faults/sundayDrill.ts";
import { soak } from "./faults/soak.ts";
import { patchUnderWay, restoreUnderApps } from "./faults/upkeep.ts";

/** The faults of `--home`, by name. */
export const homeFaults: Readonly<Record<string, Fault>> = {
  soak: { what: "twenty minutes pass", apps: true, go: soak },
  wipe: { what: "the Sunday drill: every board gets a blank card", apps: true, fresh: true, go: sundayDrill },
  broken: { what: "one thing at a time is broken, and its checks notice", apps: true, go: breakThings },
  address: { what: "the provider gives the home another address", apps: true, go: addressChanges },
  entrance: { what: "the board of the entrance dies, and comes back", apps: true, go: entranceDies },
  "full-cards": { what: "the card of each board is full", apps: true, go: fillCards },
  power: {
    what: "the power of all boards is cut at a random moment, five times",
    apps: true,
    go: cutAllPower,
  },
  upgrade: {
    what: "Kubernetes is upgraded to the next patch version while somebody reads a page",
    apps: true,
    kubernetes: [currentBuild, nextPatchBuild],
    go: patchUnderWay,
  },
  restore: {
    what: "the control plane gets a new card and its snapshot of etcd, while the apps go on",
    apps: true,
    go: restoreUnderApps,
  },
};
