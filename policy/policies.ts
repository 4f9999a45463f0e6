import type { ResourceValidationPolicy } from "@pulumi/policy";
import { containerMemory } from "./containerMemory.ts";
import { evictionThresholds } from "./eviction.ts";
import { reservations } from "./reservations.ts";

/** Every policy of the pack. */
export const policies: readonly ResourceValidationPolicy[] = [
  evictionThresholds,
  reservations,
  containerMemory,
];
