import { controlPlaneMemory, swap } from "./boards.ts";
import { limitFitsBoard, stackFits, survivesFailure } from "./cluster.ts";
import { containerMemory, cpuLimit, guaranteedMemory } from "./containerMemory.ts";
import { controlPlaneTimeouts, leaderElection } from "./controlPlane.ts";
import { ephemeralStorage } from "./ephemeralStorage.ts";
import { evictionSoft, evictionThresholds } from "./eviction.ts";
import { imageAge, imageBad } from "./imageVersions.ts";
import { isolatedApps } from "./isolation.ts";
import { dataVolumes, hostKeys } from "./outside.ts";
import { probeTiming, startupProbe } from "./probes.ts";
import { reservations } from "./reservations.ts";
import type { Rule } from "./rule.ts";
import { plainSecrets } from "./secrets.ts";
import { oneAppPerHost, rateLimitedAuth } from "./urls.ts";
import {
  arm64Image,
  imageTag,
  namespaceSet,
  podPrivileges,
  priorityClass,
  relaxedSecurity,
} from "./workloads.ts";

/** Everything that the pack wants. */
export const rules: readonly Rule[] = [
  evictionThresholds,
  evictionSoft,
  reservations,
  swap,
  controlPlaneMemory,
  leaderElection,
  controlPlaneTimeouts,
  containerMemory,
  guaranteedMemory,
  ephemeralStorage,
  cpuLimit,
  startupProbe,
  probeTiming,
  priorityClass,
  imageTag,
  arm64Image,
  imageAge,
  imageBad,
  podPrivileges,
  relaxedSecurity,
  namespaceSet,
  plainSecrets,
  hostKeys,
  dataVolumes,
  stackFits,
  survivesFailure,
  limitFitsBoard,
  oneAppPerHost,
  rateLimitedAuth,
  isolatedApps,
];
