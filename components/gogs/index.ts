// Gogs, the Git service.
export { gogs } from "./app.ts";
export type { GogsAppIniArgs } from "./appIni.ts";
export { Gogs, type GogsArgs } from "./gogs.ts";
export { gogsUser } from "./gogsBackup.ts";
export {
  gogsAdministrator,
  gogsBackup,
  gogsDirectory,
  gogsWorkload,
  type GogsWorkloadArgs,
} from "./gogsWorkload.ts";
