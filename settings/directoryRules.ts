// Rules about directories of boards that are handed to apps.
import { dataDirectory } from "./schema/apps.ts";
import { backup as schema } from "./schema/backup.ts";
import { fault, objectOf, type Rule, textOf, type WrittenSettings } from "./written.ts";

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

/** Every setting that is a directory of a board, and one to take instead. */
const directories = [
  ["storage", "directory", dataDirectory],
  ["backup", "directory", "/var/lib/bramble-backups"],
  ["backup", "etcd", `${dataDirectory}/snapshots`],
] as const;

const lasting: Rule = (settings) =>
  directories.flatMap(([section, key, instead]) => {
    const directory = textOf(objectOf(settings[section])[key]);
    if (directory === undefined) return [];
    const take = `Take ${instead}, or a disk's mount point.`;
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
    return why === undefined ? [] : [fault(`${section}.${key}`, `"${directory}" ${why}. ${take}`)];
  });

/** The kubelet hands the whole directory of backups to the group of their server: nothing else may be in it. */
const backupsAlone: Rule = (settings) => {
  const { board, directory } = objectOf(settings.backup);
  if (textOf(board) === undefined) return [];
  const path = textOf(directory) ?? schema.shape.directory.parse(undefined);
  const instead = "Take a directory for the backups alone, such as /var/lib/bramble-backups.";
  const home = /^(\/root|\/home(\/[^/]+)?)$/.test(path)
    ? "the home of a user, who could then not log in by SSH"
    : undefined;
  const held = dataOn(settings, String(board)).find((other) => isIn(other, path) || isIn(path, other));
  const state = isIn(dataDirectory, path) ? `${dataDirectory}, where bramble keeps its own` : undefined;
  const what = home ?? held ?? state;
  return what === undefined
    ? []
    : [fault("backup.directory", `${JSON.stringify(path)} is, holds or is in ${what}. ${instead}`)];
};

/** The directories of apps' data on a board. */
function dataOn({ ingress, storage, gogs }: WrittenSettings, board: string): string[] {
  const root = textOf(objectOf(storage).directory) ?? dataDirectory;
  const { board: ofGogs = objectOf(storage).board, volume } = objectOf(gogs);
  return [
    ...(objectOf(ingress).board === board ? [`${root}/traefik`] : []),
    ...(gogs !== undefined && ofGogs === board && volume !== "nfs" ? [`${root}/gogs`] : []),
  ];
}

function isIn(path: string, root: string): boolean {
  return path === root || path.startsWith(`${root}/`);
}

/** Rules about directories. */
export const directoryRules: readonly Rule[] = [lasting, backupsAlone];
