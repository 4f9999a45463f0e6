// DataDog/helm-charts, release datadog-3.261.1 of 2026-10-26, whose default agent this is;
// datadog-agent's Dockerfiles/agent/Dockerfile builds amd64 and arm64.
/** The image of Datadog's agent. */
export const agentImage = "registry.datadoghq.com/agent:7.84.6";
