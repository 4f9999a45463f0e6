// Nothing happens, for as long as it takes a limit that is too low to show.
import { setTimeout as sleep } from "node:timers/promises";
import type { Finding } from "../../checks.ts";
import type { Lab } from "../../cluster.ts";
import { healthy, type Say } from "../../faults/fault.ts";
import { homeWorks } from "../checks/all.ts";
import { nothingRestarted, peakLines, peaks } from "../checks/pods.ts";

/** Minutes. */
const long = 20;

/** Twenty minutes pass, and no container has been restarted; then the memory of each is told. */
export async function soak(lab: Lab, say: Say): Promise<Finding[]> {
  await sleep(long * 60_000);
  const findings = [...(await nothingRestarted(lab)), ...(await homeWorks(lab)), ...(await healthy(lab))];
  for (const line of peakLines(await peaks(lab))) say(line);
  return findings;
}
