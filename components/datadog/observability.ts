import * as datadog from "@pulumi/datadog";
import { ComponentResource, type ComponentResourceOptions, type Input, secret } from "@pulumi/pulumi";
import { boardsDashboard, climateDashboard } from "./dashboards.ts";
import type { Home } from "./home.ts";
import { monitorsOf } from "./monitors.ts";
import type { DatadogSite } from "./settings.ts";

/**
 * The provider for what is at Datadog and not in the cluster.
 *
 * @param name its Pulumi name, another one for each account of a program
 */
export function datadogProvider(
  apiKey: Input<string>,
  appKey: Input<string>,
  site: DatadogSite,
  name = "datadog",
): datadog.Provider {
  return new datadog.Provider(name, {
    apiKey: secret(apiKey),
    appKey: secret(appKey),
    apiUrl: `https://api.${site}/`,
  });
}

/** Args of {@link Observability}. */
export interface ObservabilityArgs {
  /** What there is to watch. */
  readonly home: Home;
  /** Whom the monitors tell, as Datadog's handles. Default: nobody, but they are seen at Datadog. */
  readonly notify: readonly string[];
}

/** Dashboards and monitors at Datadog. Its options must have a provider for Datadog. */
export class Observability extends ComponentResource {
  constructor(name: string, args: ObservabilityArgs, opts: ComponentResourceOptions) {
    super("bramble:datadog:Observability", name, args, opts);
    const { home, notify } = args;
    const dashboards = {
      boards: boardsDashboard(home),
      ...(home.hasSensors && { climate: climateDashboard(home) }),
    };
    for (const [key, dashboard] of Object.entries(dashboards)) {
      new datadog.DashboardJson(`${name}-${key}`, { dashboard: JSON.stringify(dashboard) }, { parent: this });
    }
    for (const { key, thresholds, noDataMinutes, ...monitor } of monitorsOf(home, notify)) {
      new datadog.Monitor(
        `${name}-${key}`,
        {
          ...monitor,
          type: "query alert",
          monitorThresholds: {
            critical: String(thresholds.critical),
            ...(thresholds.criticalRecovery !== undefined && {
              criticalRecovery: String(thresholds.criticalRecovery),
            }),
          },
          ...(noDataMinutes !== undefined && { notifyNoData: true, noDataTimeframe: noDataMinutes }),
          // A new host or sensor gets five minutes before it is judged.
          newGroupDelay: 300,
          includeTags: true,
          tags: ["bramble", `cluster_name:${home.cluster}`],
        },
        { parent: this },
      );
    }
    this.registerOutputs({});
  }
}
