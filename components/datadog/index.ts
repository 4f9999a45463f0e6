// The Datadog agent on every board, dashboards and monitors.
export { DatadogAgent, type DatadogAgentArgs } from "./agent.ts";
export { datadogWorkload, type DatadogWorkloadArgs } from "./agentWorkload.ts";
export { datadog } from "./app.ts";
export { type Home, type HomeBackups, homeBackups, homeBoards } from "./home.ts";
export { type Monitor, monitorsOf } from "./monitors.ts";
export { datadogProvider, Observability, type ObservabilityArgs } from "./observability.ts";
export { dogstatsdPort } from "./ports.ts";
export type { AgentOptions, DatadogSite } from "./settings.ts";
