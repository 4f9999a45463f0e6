import { app, type AppPart } from "../app/app.ts";
import { KubeStateMetrics, kubeStateMetricsWorkload } from "../metrics/kubeStateMetrics.ts";
import { DatadogAgent } from "./agent.ts";
import { datadogWorkload } from "./agentWorkload.ts";
import { homeBackups, homeBoards } from "./home.ts";
import { datadogProvider, Observability } from "./observability.ts";
import { dogstatsdPort, tracePort } from "./ports.ts";
import { schema } from "./settings.ts";

/** The Datadog agent on every board, dashboards and monitors. */
export const datadog = app({
  schema,
  page: "datadog.md",
  example: { apiKey: "0".repeat(32) },
  needs: [],
  ports: ({ traces }) => [
    { port: dogstatsdPort, protocol: "UDP", owner: "DogStatsD" },
    ...(traces ? [{ port: tracePort, protocol: "TCP" as const, owner: "Datadog's trace agent" }] : []),
  ],
  parts(own, { stack, boards, entrance, published, humidity, plan }) {
    const { apiKey, appKey, site, notify, dashboards } = own;
    const agent = { ...own, clusterName: stack };
    const watched = boards.find(({ name }) => name === entrance);
    const hosts = published.map(({ host }) => host);
    const parts: AppPart[] = [
      {
        name: "datadog",
        stage: "app",
        loads: [datadogWorkload(agent)],
        register: (name, { opts }) => ({ resource: new DatadogAgent(name, agent, opts) }),
      },
      {
        name: "kube-state-metrics",
        stage: "app",
        loads: [kubeStateMetricsWorkload()],
        register: (name, { opts }) => {
          const args = watched ? { entrance: { address: watched.host, hosts } } : {};
          return { resource: new KubeStateMetrics(name, args, opts) };
        },
      },
    ];
    // Nothing without an application key, or where it is not wanted.
    if (appKey === undefined || !dashboards) return parts;
    const home = {
      cluster: stack,
      boards: homeBoards(boards),
      humidity: humidity ?? { min: 0, max: 100 },
      hasSensors: humidity !== undefined,
      backups: plan && homeBackups(plan),
    };
    const observability: AppPart = {
      name: "observability",
      stage: "external",
      register: (name) => {
        const providers = [datadogProvider(apiKey, appKey, site)];
        return { resource: new Observability(name, { home, notify }, { providers }) };
      },
    };
    return [...parts, observability];
  },
});
