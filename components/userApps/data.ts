import type { BackupPlan } from "../app/backupTarget.ts";
import type { BackedUp } from "../app/backupWorkload.ts";
import type { DataStorage, StorageSettings } from "../app/app.ts";
import { type AppStorage, appDirectory, type DataDirectory, dataDirectoryOn } from "../app/volumes.ts";
import { hasData } from "./security.ts";
import type { UserAppSettings } from "./settings.ts";

/** The board whose disk stores an app's data; undefined if none does. */
export function dataBoard(
  { volumes, storage }: UserAppSettings,
  places: StorageSettings,
): string | undefined {
  if (!hasData({ volumes }) || storage.volume === "nfs") return undefined;
  return storage.board ?? places.board;
}

/** The directory of an app's data as a volume, with a folder in it for each volume; undefined if it has none. */
export function userAppData(
  name: string,
  app: UserAppSettings,
  places: DataStorage,
): DataDirectory | undefined {
  const storage = storageOf(app, places);
  return storage && appDirectory(`${name}-data`, `apps/${name}`, storage);
}

function storageOf(app: UserAppSettings, places: DataStorage): AppStorage | undefined {
  if (!hasData(app)) return undefined;
  if (app.storage.volume === "nfs") return places.nfs && { nfs: places.nfs };
  const board = dataBoard(app, places);
  return board === undefined ? undefined : { board, directory: dataDirectoryOn(board, places) };
}

/** How the backup gets an app's data of one moment. */
export function quiesceOf({ backup, schedule }: Pick<UserAppSettings, "backup" | "schedule">) {
  // What runs from time to time can't be stopped: its controller would only begin again.
  return backup.quiesce ?? (schedule === undefined ? "stop" : "none");
}

/** How an app's data is backed up, if it is. */
export function userAppBackup(
  name: string,
  app: UserAppSettings,
  data: DataDirectory | undefined,
  plan: BackupPlan | undefined,
): BackedUp | undefined {
  if (!data || !plan || !app.backup.enabled) return undefined;
  const { database, exclude } = app.backup;
  const { user, group = user } = app;
  const quiesce = quiesceOf(app);
  const source = {
    app: name,
    namespace: name,
    data,
    user,
    group,
    hasOwners: user === 0,
    ...(quiesce === "stop" && { watched: ".", stopped: name }),
    excludes: [
      "data/lost+found",
      ...exclude.map((path) => `data/${path}`),
      // Its copy is backed up.
      ...(database === undefined ? [] : [`data/${database}*`]),
    ],
    ...(database !== undefined && { database }),
  };
  return { source, plan };
}
