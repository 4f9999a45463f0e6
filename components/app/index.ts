// What an app is made of: pods, files, volume, backup, host on the entrance, network.
export {
  app,
  type App,
  type AppContext,
  type AppError,
  type AppPart,
  type BoardPath,
  type BoardPort,
  type DataStorage,
  type NamedBoard,
  type OtherSettings,
  type Published,
  type Registered,
  type Registration,
  type Stage,
  type StorageSettings,
} from "./app.ts";
export { AppBackup, type AppBackupArgs, type BackupSecrets, type RepositorySecrets } from "./appBackup.ts";
export { type BackupPlan, type BackupTarget, defaultBackups, type S3Bucket } from "./backupTarget.ts";
export { type BackedUp, type BackupSource, backupWorkload } from "./backupWorkload.ts";
export { backupsOf, deployApps, type Ground } from "./deployApps.ts";
export {
  type AppFlows,
  type Flow,
  fromEntrance,
  type Isolation,
  podsIn,
  toApiServer,
  toBackups,
  toDns,
  toDogstatsd,
  toInternet,
  toLan,
} from "./isolation.ts";
export { defaultLimits, type LimitName, type Limits, privateRanges, type RateLimit } from "./limits.ts";
export { type AppFiles, type AppObjects, registerApp } from "./registerApp.ts";
export { type RestoreArgs, restoreContainer } from "./restoreContainer.ts";
export { RestoreTest, type RestoreTestArgs } from "./restoreTest.ts";
export { restoreTestWorkload } from "./restoreTestWorkload.ts";
export { Route, type RouteArgs } from "./route.ts";
export {
  type Authorization,
  fromStart,
  type GuardedPaths,
  type RouteGuard,
  type RouteIngressArgs,
  type RouteTls,
} from "./routeIngresses.ts";
export { longestPause, scheduleError } from "./schedule.ts";
export {
  appDirectory,
  type AppStorage,
  besideData,
  type BoardDirectory,
  claimName,
  type DataDirectory,
  dataDirectory,
  dataDirectoryOn,
  DataVolume,
  type DataVolumeArgs,
  type NfsDirectory,
  type NfsVolume,
  type SizedDirectory,
} from "./volumes.ts";
