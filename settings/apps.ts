import { isIPv4 } from "node:net";
import type { App, AppContext, AppPart, BoardPath, DataStorage } from "../components/app/app.ts";
import { backupsOf } from "../components/app/deployApps.ts";
import { apps } from "../components/apps.ts";
import type { PlannedBoard } from "../components/board/board.ts";
import { dogstatsdPort } from "../components/datadog/ports.ts";
import { backupPlace } from "../components/storage/app.ts";
import { foundations } from "../components/foundations.ts";
import { kubeadmWorkloads } from "../components/kubeadm/kubeadmWorkloads.ts";
import type { BackupPlan } from "../components/app/backupTarget.ts";
import type { Isolation } from "../components/app/isolation.ts";
import { privateRanges } from "../components/app/limits.ts";
import { backupWorkload } from "../components/app/backupWorkload.ts";
import { restoreTestWorkload } from "../components/app/restoreTestWorkload.ts";
import type { Load } from "../components/workload/workload.ts";
import type { BoardSettings, Settings } from "./schema.ts";

/**
 * What the settings have in the cluster.
 *
 * @param stack name of the stack, by which Datadog tells clusters apart
 */
export function partsOf(settings: Settings, stack: string, boards: readonly PlannedBoard[]): AppPart[] {
  const apps = appParts(settings, stack, boards);
  return [...foundations(settings.cluster), ...apps.flatMap(({ parts }) => parts)];
}

/** Each app that the settings have, with its parts. */
export function appParts(settings: Settings, stack: string, boards: readonly PlannedBoard[]) {
  const { domain, ingress, dns, sensors } = settings;
  const wanted = wantedApps(settings);
  const published = wanted.flatMap(({ app, own }) => app.publish?.(own) ?? []);
  const living = settings.boards.filter(({ role, dead }) => role === "controlPlane" && !dead);
  const tls = ingress?.acme.wildcard ? { wildcard: `*.${domain}` } : "acme";
  const context: AppContext = {
    stack,
    domain,
    boards,
    controlPlanes: living.map(({ name }) => name),
    storage: dataStorage(settings),
    tls: ingress?.certificates === "acme" ? tls : "selfSigned",
    hasLogin: ingress?.login !== undefined,
    entrance: ingress?.board,
    dns,
    plan: planOf(settings),
    published: published.map((each) => ({ ...each, host: `${each.host}.${domain}` })),
    humidity: sensors?.humidity,
    isolation: isolationOf(settings),
    isRehearsal: settings.extends !== undefined,
  };
  return wanted.map((each) => ({ ...each, parts: each.app.parts(each.own, context) }));
}

/** Everything that will run on the boards: kubeadm's own pods, those of the parts, their backups and the test of these. */
export function loadsOf(parts: readonly AppPart[], boards: readonly PlannedBoard[]): Load[] {
  const backedUp = backupsOf(parts);
  const test = restoreTestWorkload(backedUp);
  const controlPlanes = boards.filter(({ role }) => role === "controlPlane").map(({ name }) => name);
  return [
    ...kubeadmWorkloads(controlPlanes),
    ...parts.flatMap(({ loads = [] }) => loads),
    ...backedUp.map(({ source, plan }) => backupWorkload(source, plan)),
    ...(test ? [test] : []),
  ];
}

/** The apps that have a section in the settings, each with it. */
export function wantedApps(settings: Partial<Settings>) {
  const all = Object.entries(apps) as [keyof typeof apps, App][];
  return all.flatMap(([section, app]) => {
    const own: unknown = settings[section];
    return own === undefined ? [] : [{ section, app, own }];
  });
}

/** Settings as far as they parsed. */
type Places = Partial<Omit<Settings, "boards">> & { readonly boards?: readonly Partial<BoardSettings>[] };

/** Where apps' data lies. */
export function dataStorage({ storage, boards = [] }: Places): DataStorage {
  const disks = boards.flatMap(({ name, disk }) => (disk?.for.includes("data") ? (name ?? []) : []));
  return { ...storage, disks };
}

/** Directories of boards with data of apps, and with backups; each with the section that it is of. */
export function directoriesOf(settings: Places): (BoardPath & { readonly section: keyof typeof apps })[] {
  const storage = dataStorage(settings);
  return wantedApps(settings as Partial<Settings>).flatMap(({ section, app, own }) =>
    (app.directories?.(own, storage) ?? []).map((directory) => ({ ...directory, section })),
  );
}

/** Address ranges are IPv4: a pod has no other address. A board that has a name may have any. */
function isolationOf({ cluster, ingress, boards }: Settings): Isolation | undefined {
  if (!cluster.isolation) return undefined;
  const living = boards.filter(({ role, dead }) => role === "controlPlane" && !dead);
  const hosts = living.map(({ host }) => host);
  return {
    apiServers: hosts.every(isIPv4) ? hosts.map((host) => `${host}/32`) : [],
    lan: ingress?.lan ?? privateRanges,
    podSubnet: cluster.podSubnet,
  };
}

function planOf(settings: Settings): BackupPlan | undefined {
  const { backup, datadog } = settings;
  if (!backup) return undefined;
  const { nfs, s3, schedule, test, keep } = backup;
  const target = nfs ? { nfs } : s3 ? { s3 } : backupPlace(backup, dataStorage(settings).disks);
  return {
    target,
    schedule,
    keep,
    ...(test !== "never" && { test }),
    ...(datadog && { statsdPort: dogstatsdPort }),
  };
}
