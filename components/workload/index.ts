// Pods as plain documents, which the memory budget counts and a component registers.
export { type AccessRule, type Account, registerAccess } from "./access.ts";
export { type Disk, temporaryFiles, withDisk } from "./disk.ts";
export { type PodSecurity, registerNamespace } from "./namespace.ts";
export { configHash, filesBeside } from "./podFiles.ts";
export { Priorities, priorityClasses, type PriorityClassName } from "./priorities.ts";
export { mebibytes, millicores } from "./quantity.ts";
export { anyOwnerContainer, restrictedContainer, restrictedPod } from "./security.ts";
export {
  type Container,
  type JobPods,
  labelsOf,
  type Load,
  type PodSpec,
  registerSchedule,
  registerWorkload,
  type ScheduledWorkload,
  type StaticPod,
  type Workload,
} from "./workload.ts";
