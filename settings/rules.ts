import { appRules } from "./appRules.ts";
import { boardRules } from "./boardRules.ts";
import { clusterRules } from "./clusterRules.ts";
import { directoryRules } from "./directoryRules.ts";
import { domainRules } from "./domainRules.ts";
import { rangeRules } from "./rangeRules.ts";
import type { Rule } from "./rule.ts";
import { urlRules } from "./urlRules.ts";

/** The rules between settings, in the order in which their errors are told. */
export const rules: readonly Rule[] = [
  ...boardRules,
  ...clusterRules,
  ...appRules,
  ...directoryRules,
  ...urlRules,
  ...rangeRules,
  ...domainRules,
];
