import { boardRules } from "./boardRules.ts";
import { clusterRules } from "./clusterRules.ts";
import { directoryRules } from "./directoryRules.ts";
import { domainRules } from "./domainRules.ts";
import { rangeRules } from "./rangeRules.ts";
import type { Rule, SectionName } from "./rule.ts";
import { sensorRules } from "./sensorRules.ts";
import { storageRules } from "./storageRules.ts";
import { urlRules } from "./urlRules.ts";

/** Sections that can't be there without others. */
export const needs: Partial<Record<SectionName, readonly SectionName[]>> = {
  dns: ["ingress"],
  gogs: ["ingress", "storage"],
  sensors: ["ingress", "datadog"],
};

/** The rules between settings, in the order in which their errors are told. */
export const rules: readonly Rule[] = [
  ...boardRules,
  ...clusterRules,
  ...storageRules,
  ...directoryRules,
  ...urlRules,
  ...rangeRules,
  ...domainRules,
  ...sensorRules,
];
