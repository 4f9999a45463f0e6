// Whether the lab's apps work: the entrance and the backups.
import { readFileSync } from "node:fs";
import { restoreTest } from "../../components/app/restoreTestWorkload.ts";
import { diskDirectories } from "../../components/board/disk.ts";
import { reasonOf } from "../../tools/lines.ts";
import { kubectl, until, type Finding } from "../checks.ts";
import type { Lab } from "../cluster.ts";
import type { AppSection } from "../settings.ts";

/** A name that only the lab's certificate has. */
const host = "kept.lab.example.com";
/** Number of the user of Traefik's image. */
const traefikUser = 65532;

const script = (name: string) => readFileSync(new URL(name, import.meta.url), "utf8");

/** Everything that healthy apps show. */
export async function appsWork(lab: Lab): Promise<Finding[]> {
  return [
    ...(await directoriesAreThere(lab)),
    ...(await entranceAnswers(lab)),
    ...(await backedUp(lab)),
    ...(await restoreTested(lab)),
  ];
}

/** Where Traefik's data lies. */
function traefikDirectory(lab: Lab): string {
  const isOnDisk = lab.boardOf("ingress").disk !== undefined;
  return `${isOnDisk ? diskDirectories.data : "/var/lib/bramble"}/traefik`;
}

/** Each directory for data is on its board's disk or card, with its owner and mode. */
export async function directoriesAreThere(lab: Lab): Promise<Finding[]> {
  const places: [AppSection, string, number][] = [
    ["ingress", traefikDirectory(lab), traefikUser],
    ["backup", diskDirectories.backups, 1000],
  ];
  return Promise.all(
    places.map(async ([app, directory, user]) => {
      const board = lab.boardOf(app);
      // Labels of file systems.
      const [place, label] = board.disk === undefined ? ["card", "card"] : ["disk", "bramble-disk"];
      const look = `sudo stat -c '%u:%g %a' ${directory}; sudo findmnt --noheadings --output LABEL --target ${directory}`;
      const seen = await board.ssh(look).catch(reasonOf);
      const holds = seen.trim() === `${user}:${user} 2770\n${label}`;
      return { what: `${directory} is on its board's ${place}, for user ${user} alone`, holds, seen };
    }),
  );
}

/** What another board sees of the entrance (entrance.sh). */
function entrance(lab: Lab): Promise<string> {
  const { address } = lab.boardOf("ingress");
  return lab.first.ssh(`bash -s -- ${address} ${host}`, { input: script("entrance.sh") });
}

/** It redirects http, and answers https although nothing is published. */
async function entranceAnswers(lab: Lab): Promise<Finding[]> {
  const look = () => entrance(lab);
  const isRight = (seen: string) => seen.startsWith(`http 301\nhttps://${host}/\nhttps 404\nserial=`);
  return [{ what: "the entrance answers on ports 80 and 443", ...(await until(120, look, isRight)) }];
}

/**
 * Gives Traefik a certificate to keep, as if it had got it by ACME.
 *
 * @returns its serial number
 */
export async function keepCertificate(lab: Lab): Promise<string> {
  const words = [traefikDirectory(lab), host, traefikUser].join(" ");
  const board = lab.boardOf("ingress");
  const serial = await board.ssh(`sudo bash -s -- ${words}`, { input: script("certificate.sh") });
  // It reads its file once.
  await kubectl(lab.first, "-n ingress delete pod --selector=app.kubernetes.io/name=traefik");
  return serial.trim();
}

/** The entrance shows this certificate. */
export async function certificateShown(lab: Lab, serial: string): Promise<Finding> {
  const look = () => entrance(lab);
  const seen = await until(120, look, (said) => said.trim().endsWith(serial));
  return { what: `the entrance shows the certificate with ${serial}`, ...seen };
}

let runs = 0;

/** The apps with data, and their namespaces. */
const backedUpApps = ({ settings }: Lab) => [
  { app: "traefik", namespace: "ingress" },
  ...(settings.backup?.etcd === undefined ? [] : [{ app: "etcd", namespace: "etcd-backup" }]),
  ...(settings.gogs === undefined ? [] : [{ app: "gogs", namespace: "gogs" }]),
];

/** The data of each app and a snapshot of etcd are backed up now, and the server has a new backup of each. */
export async function backedUp(lab: Lab): Promise<Finding[]> {
  const first = lab.first;
  await first.ssh("sudo systemctl start bramble-snapshot.service", { limit: 300 });
  const name = `by-hand-${++runs}`;
  const backUp = async ({ app, namespace }: { app: string; namespace: string }): Promise<Finding[]> => {
    const before = await backupsOf(lab, app);
    const inNamespace = (command: string) => kubectl(first, `-n ${namespace} ${command}`);
    await inNamespace(`create job ${name} --from=cronjob/${app}-backup`);
    const log = () => inNamespace(`logs job/${name} --all-containers`);
    const { holds, seen } = await until(300, log, (said) => said.includes(`backup of ${app}: complete.`));
    // Not one more: of a day only the last is kept.
    const after = await backupsOf(lab, app);
    const isNew = after.some((backup) => !before.includes(backup));
    return [
      { what: `a backup of ${app} completes`, holds, seen },
      { what: `the server has a new backup of ${app}`, holds: isNew, seen: after.join(" ") },
    ];
  };
  // At once, as in the night: all have the same schedule.
  return (await Promise.all(backedUpApps(lab).map(backUp))).flat();
}

/** The restore test, run now, restores the newest backup of each, and leaves what is on the server as it is. */
async function restoreTested(lab: Lab): Promise<Finding[]> {
  const first = lab.first;
  const name = `by-hand-${++runs}`;
  const inNamespace = (command: string) => kubectl(first, `-n ${restoreTest} ${command}`);
  const backups = async () => {
    const names = await Promise.all(backedUpApps(lab).map(({ app }) => backupsOf(lab, app)));
    return names.flat().sort().join(" ");
  };
  const before = await backups();
  await inNamespace(`create job ${name} --from=cronjob/${restoreTest}`);
  const passed = (said: string) =>
    backedUpApps(lab).every(({ app }) => said.includes(`restore test of ${app}: passed.`));
  const tested = await until(240, () => inNamespace(`logs job/${name} --all-containers`), passed);
  const after = await backups();
  return [
    { what: "the newest backup of each app can be restored", ...tested },
    { what: "its test leaves the server's backups as they are", holds: after === before, seen: after },
  ];
}

/** The backups of an app that are on the disk, by name. */
export async function backupsOf(lab: Lab, app: string): Promise<string[]> {
  const folder = `${diskDirectories.backups}/${app}/snapshots`;
  const names = await lab
    .boardOf("backup")
    .ssh(`sudo find ${folder} -type f -printf '%f\\n' 2>/dev/null || true`);
  return names.split("\n").filter((name) => name !== "");
}

/** The backups of Traefik are those that there were. */
export async function backupsKept(lab: Lab, before: readonly string[]): Promise<Finding> {
  const found = await backupsOf(lab, "traefik");
  const holds = before.length > 0 && found.toSorted().join() === before.toSorted().join();
  return { what: "the backups are still there", holds, seen: found.join(" ") };
}
