// An app of the user's own: a container image with a host, data and backups.
export { userApps } from "./app.ts";
export { userAppBackup, userAppData } from "./data.ts";
export type { UserAppFlowsArgs } from "./flows.ts";
export { userAppGuards } from "./route.ts";
export { describeApp, type UserAppDescription, type UserAppSettings } from "./settings.ts";
export { UserApp, type UserAppArgs } from "./userApp.ts";
export { userAppWorkload, type UserAppWorkloadArgs } from "./workload.ts";
