import type { BoardPath } from "../../components/app/app.ts";
import { apps } from "../../components/apps.ts";
import { wantedApps } from "../apps.ts";
// Rules about directories of boards that are handed to apps.
import { dataDirectory } from "../../components/app/volumes.ts";
import { backupDirectory } from "../../components/storage/settings.ts";
import { type SettingError, settingError } from "../errors.ts";
import { type Rule, rule } from "./rule.ts";
import type { Settings } from "../schema.ts";

const sections = Object.keys(apps) as (keyof typeof apps)[];

/** Where nothing stays. */
const fleeting = ["/tmp", "/run", "/dev", "/proc", "/sys", "/var/tmp", "/var/run"];
/** What others have for themselves. */
const others = [
  "/etc",
  "/boot",
  "/usr",
  "/bin",
  "/lib",
  "/sbin",
  "/var/log",
  "/var/cache",
  "/var/lib/kubelet",
  "/var/lib/etcd",
  "/var/lib/containerd",
];

const lastingStorage = rule(["storage"], ({ storage }) =>
  lasting("storage.directory", storage?.directory, dataDirectory),
);

const lastingBackup = rule(["backup"], ({ backup }) => [
  ...lasting("backup.directory", backup?.directory, backupDirectory),
  ...lasting("backup.etcd", backup?.etcd, `${dataDirectory}/snapshots`),
]);

function lasting(setting: string, directory: string | undefined, instead: string): SettingError[] {
  if (directory === undefined) return [];
  const within = (roots: readonly string[]) => roots.find((root) => isIn(directory, root));
  const [lost, foreign] = [within(fleeting), within(others)];
  const holds = [...fleeting, ...others].find((root) => isIn(root, directory) && root !== directory);
  const why =
    lost !== undefined
      ? `is ${directory === lost ? "emptied by a restart" : `in ${lost}, which a restart empties`}`
      : foreign !== undefined
        ? `is in ${foreign}, which belongs to the system`
        : holds !== undefined
          ? `holds ${holds}, which belongs to the system`
          : undefined;
  if (why === undefined) return [];
  const code = lost === undefined ? "directory-of-system" : "directory-fleeting";
  return [
    settingError(code, setting, `"${directory}" ${why}. Use ${instead}, or the mount point of a disk.`),
  ];
}

/** The kubelet hands the whole directory of backups to the group of their server: nothing else may be in it. */
const backupsAlone = rule([...sections, "storage"], function* (settings) {
  const { backup } = settings;
  if (backup?.board === undefined) return;
  const { board, directory } = backup;
  const home = /^(\/root|\/home(\/[^/]+)?)$/.test(directory)
    ? "a user's home directory, and the user could no longer log in by SSH"
    : undefined;
  const held = dataOn(settings, board).find(
    ({ path: other }) => isIn(other, directory) || isIn(directory, other),
  );
  const state = isIn(dataDirectory, directory) ? `${dataDirectory}, where bramble keeps its own` : undefined;
  const what = home ?? held?.path ?? state;
  if (what === undefined) return;
  yield settingError(
    "backup-directory-shared",
    "backup.directory",
    `"${directory}" is, contains or is inside ${what}. Use a directory only for backups, such as ${backupDirectory}.`,
  );
});

/** Backups do not fail together with the data. */
const besideData = rule([...sections, "storage"], function* (settings) {
  const { backup } = settings;
  if (backup?.board === undefined || backup.nfs || backup.s3) return;
  if (dataOn(settings, backup.board).every(({ isReplaceable }) => isReplaceable)) return;
  const message = `"${backup.board}" also stores the data: one broken disk would destroy both.`;
  yield settingError("backup-beside-data", "backup.board", message);
});

/** The directories of apps' data on a board. */
function dataOn(settings: Partial<Settings>, board: string): BoardPath[] {
  const all = wantedApps(settings).flatMap(({ app, own }) => app.directories?.(own, settings.storage) ?? []);
  return all.filter((directory) => directory.board === board);
}

function isIn(path: string, root: string): boolean {
  return path === root || path.startsWith(`${root}/`);
}

/** Rules about directories. */
export const directoryRules: readonly Rule[] = [lastingStorage, lastingBackup, backupsAlone, besideData];
