import { controlPlaneMemory, swap } from "./boards.ts";
import { limitFitsBoard, stackFits, survivesFailure } from "./cluster.ts";
import { containerMemory, cpuLimit, guaranteedMemory } from "./containerMemory.ts";
import { controlPlaneTimeouts, leaderElection } from "./controlPlane.ts";
import { evictionSoft, evictionThresholds } from "./eviction.ts";
import { dataVolumes, hostKeys } from "./outside.ts";
import { probeTiming, startupProbe } from "./probes.ts";
import { reservations } from "./reservations.ts";
import { policyOf, type ResourceRule, type Rule, type StackRule } from "./rule.ts";
import { plainSecrets } from "./secrets.ts";
import { oneAppPerHost, rateLimitedAuth } from "./urls.ts";
import { imageTag, namespaceSet, podPrivileges, priorityClass } from "./workloads.ts";

/** The rules that judge each resource by itself. */
export const resourceRules: readonly ResourceRule[] = [
  evictionThresholds,
  evictionSoft,
  reservations,
  swap,
  controlPlaneMemory,
  leaderElection,
  controlPlaneTimeouts,
  containerMemory,
  guaranteedMemory,
  cpuLimit,
  startupProbe,
  probeTiming,
  priorityClass,
  imageTag,
  podPrivileges,
  namespaceSet,
  plainSecrets,
  hostKeys,
  dataVolumes,
];

/** The rules that judge a whole stack. */
export const stackRules: readonly StackRule[] = [
  stackFits,
  survivesFailure,
  limitFitsBoard,
  oneAppPerHost,
  rateLimitedAuth,
];

export const rules: readonly Rule[] = [...resourceRules, ...stackRules];

/** Every policy of the pack, as Pulumi's engine takes it. */
export const policies = rules.map(policyOf);
