import { cloudInitFiles } from "./cloudInit.ts";
import type { CardFile, CardPlan } from "./plan.ts";

/** The files that make a flashed card that of a board. The same plan gives the same files. */
export function cardFiles(plan: CardPlan): CardFile[] {
  return cloudInitFiles(plan);
}
