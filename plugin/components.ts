// Where Pulumi's component analyzer begins.
export { BoardPlan } from "./boardPlan.ts";
export { Flannel, KubeStateMetrics, MetricsServer, PolicyEnforcer, Priorities } from "./cluster.ts";
export { DatadogAgent } from "./datadogAgent.ts";
export { DnsRecords } from "./dnsRecords.ts";
export { DynamicDns } from "./dynamicDns.ts";
export { Route, Traefik } from "./entrance.ts";
export { Gogs } from "./gogs.ts";
export { Headlamp } from "./headlamp.ts";
export { SensorGateway } from "./sensorGateway.ts";
export { BackupStore, OfferedVolumes } from "./storage.ts";
export { UserApp } from "./userApp.ts";
