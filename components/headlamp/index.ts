// Headlamp, the web UI of Kubernetes.
export { headlamp } from "./app.ts";
export { Headlamp, type HeadlampArgs } from "./headlamp.ts";
export { headlampRules } from "./headlampAccess.ts";
export { headlampWorkload, type HeadlampWorkloadArgs } from "./headlampWorkload.ts";
