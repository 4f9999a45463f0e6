// Rules about directories of boards that are handed to apps, and about boards' disks.
import { apps } from "../../components/apps.ts";
import { diskMount } from "../../components/board/disk.ts";
import { dataStorage, directoriesOf } from "../apps.ts";
import { dataDirectory } from "../../components/app/volumes.ts";
import { backupPlace } from "../../components/storage/app.ts";
import { backupDirectory } from "../../components/storage/settings.ts";
import { type SettingError, settingError } from "../errors.ts";
import { type Rule, rule } from "./rule.ts";

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
  `${diskMount}/images`,
  `${diskMount}/etcd`,
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
  return [settingError(code, setting, `"${directory}" ${why}. Use ${instead}, or a directory on a disk.`)];
}

/** The kubelet hands the whole directory of backups to the group of their server: nothing else may be in it. */
const backupsAlone = rule([...sections, "storage", "boards"], function* (settings) {
  const { backup } = settings;
  if (backup?.board === undefined) return;
  const { board, directory } = backupPlace(backup, dataStorage(settings).disks);
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
const besideData = rule([...sections, "storage", "boards"], function* (settings) {
  const { backup } = settings;
  if (backup?.board === undefined || backup.nfs || backup.s3) return;
  if (dataOn(settings, backup.board).every(({ isReplaceable }) => isReplaceable)) return;
  const message = `"${backup.board}" also stores the data: one broken disk would destroy both.`;
  yield settingError("backup-beside-data", "backup.board", message);
});

/** The directories of apps' data on a board, without its backups. */
function dataOn(settings: Parameters<typeof directoriesOf>[0], board: string) {
  return directoriesOf(settings).filter((each) => each.board === board && each.section !== "backup");
}

/** A directory of the settings is on the board's disk where that is for data, and on the card where it is not. */
const onDisk = rule([...sections, "storage", "boards"], function* (settings) {
  const { disks } = dataStorage(settings);
  const wrong = new Map(
    directoriesOf(settings)
      .filter(({ board, path }) => isIn(path, diskMount) !== disks.includes(board))
      .map((each) => [each.section === "backup" ? "backup.directory" : "storage.directory", each] as const),
  );
  for (const [setting, { board, path }] of wrong) {
    const why = disks.includes(board)
      ? `is on the card of ${board}, whose disk is for data. Omit it, or use a directory below ${diskMount}, or remove data from disk.for.`
      : `is where a disk is mounted, but ${board} has none for data. Omit it, or give ${board} a disk.`;
    yield settingError("directory-beside-disk", setting, `"${path}" ${why}`);
  }
});

/** Only a control plane has a database. */
const etcdDisk = rule(["boards"], function* ({ boards }) {
  for (const [i, { disk, role }] of boards.entries()) {
    if (role !== "worker" || !disk?.for.includes("etcd")) continue;
    const message = '"etcd" is for control planes, and this is a worker. Remove etcd.';
    yield settingError("disk-without-etcd", `boards[${i}].disk.for`, message);
  }
});

function isIn(path: string, root: string): boolean {
  return path === root || path.startsWith(`${root}/`);
}

/** Rules about directories. */
export const directoryRules: readonly Rule[] = [
  lastingStorage,
  lastingBackup,
  backupsAlone,
  besideData,
  onDisk,
  etcdDisk,
];
