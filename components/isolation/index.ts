// What enforces NetworkPolicies.
export { PolicyEnforcer } from "./enforcer.ts";
export { enforcerModules, enforcerWorkload } from "./enforcerWorkload.ts";
