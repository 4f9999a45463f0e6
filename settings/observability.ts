import type { PlannedBoard } from "../components/board/board.ts";
import { homeBoards } from "../components/datadog/home.ts";
import type { DatadogAccount, ObservabilityArgs } from "../components/datadog/observability.ts";
import type { Settings } from "./schema.ts";

/** What the settings have at Datadog: nothing without an application key, or where it is not wanted. */
export function observabilityOf(
  { datadog, sensors }: Settings,
  cluster: string,
  boards: readonly PlannedBoard[],
): { readonly account: DatadogAccount; readonly args: ObservabilityArgs } | undefined {
  if (datadog?.appKey === undefined || !datadog.dashboards) return undefined;
  const { apiKey, appKey, site, notify } = datadog;
  const humidity = sensors?.humidity ?? { min: 0, max: 100 };
  const home = { cluster, boards: homeBoards(boards), humidity, hasSensors: sensors !== undefined };
  return { account: { apiKey, appKey, site }, args: { home, notify } };
}
