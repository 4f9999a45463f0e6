import type { Input } from "@pulumi/pulumi";
import type { PlannedBoard } from "../components/board/board.ts";
import { flannelWorkload } from "../components/flannel/flannelWorkload.ts";
import { kubeadmWorkloads } from "../components/kubeadm/kubeadmWorkloads.ts";
import {
  type KubeStateMetricsArgs,
  kubeStateMetricsWorkload,
} from "../components/metrics/kubeStateMetrics.ts";
import { metricsServerWorkload } from "../components/metrics/metricsWorkload.ts";
import type { FlannelArgs } from "../components/flannel/network.ts";
import type { DatadogAgentArgs } from "../components/datadog/agent.ts";
import { datadogWorkload } from "../components/datadog/agentWorkload.ts";
import type { DnsRecordsArgs } from "../components/dns/dnsRecords.ts";
import type { DynamicDnsArgs } from "../components/dns/dynamicDns.ts";
import { dynamicDnsWorkload } from "../components/dns/dynamicDnsWorkload.ts";
import type { GogsArgs } from "../components/gogs/gogs.ts";
import { gogsBackup, gogsWorkload } from "../components/gogs/gogsWorkload.ts";
import type { TraefikArgs } from "../components/ingress/traefik.ts";
import { traefikBackup } from "../components/ingress/traefikBackup.ts";
import { traefikWorkload } from "../components/ingress/traefikWorkload.ts";
import { sensorGatewayWorkload } from "../components/sensors/gatewayWorkload.ts";
import type { SensorGatewayArgs } from "../components/sensors/sensors.ts";
import type { BackupStoreArgs } from "../components/storage/backup.ts";
import { backupServerWorkload } from "../components/storage/backupServerWorkload.ts";
import { type BackedUp, backupWorkload } from "../components/storage/backupWorkload.ts";
import { etcdBackup, type EtcdBackupArgs } from "../components/storage/etcdBackup.ts";
import type { Load } from "../components/workload.ts";

/** What each component is given; a component that the settings leave out is not there. */
export interface Apps {
  readonly priorities?: true;
  readonly flannel?: FlannelArgs;
  readonly metricsServer?: true;
  readonly kubeStateMetrics?: KubeStateMetricsArgs;
  readonly traefik?: TraefikArgs;
  readonly dnsRecords?: DnsRecordsArgs & { readonly apiToken: Input<string> };
  readonly dynamicDns?: DynamicDnsArgs;
  readonly gogs?: GogsArgs;
  readonly backup?: BackupStoreArgs;
  readonly etcdBackup?: EtcdBackupArgs;
  readonly datadog?: DatadogAgentArgs;
  readonly sensors?: SensorGatewayArgs;
}

/** What a component is besides its args. */
export type Kind<Args> = {
  /** What it puts on boards besides its backups. */
  workload(args: Args): Load | undefined;
} & ("backup" extends keyof Args
  ? {
      /** What of it is backed up, and how; undefined if nothing is. */
      backup(args: Args): BackedUp | undefined;
    }
  : object);

/** Every component: one that is missing, or whose args have a plan for backups and no source, does not compile. */
export type Kinds<All> = { readonly [Name in keyof All]-?: Kind<NonNullable<All[Name]>> };

const nothing = { workload: () => undefined };

/** bramble's own components. */
export const kinds: Kinds<Apps> = {
  priorities: nothing,
  flannel: { workload: flannelWorkload },
  metricsServer: { workload: metricsServerWorkload },
  kubeStateMetrics: { workload: kubeStateMetricsWorkload },
  traefik: { workload: traefikWorkload, backup: traefikBackup },
  dnsRecords: nothing,
  dynamicDns: { workload: dynamicDnsWorkload },
  gogs: { workload: gogsWorkload, backup: gogsBackup },
  backup: { workload: ({ target }) => ("board" in target ? backupServerWorkload(target) : undefined) },
  etcdBackup: { ...nothing, backup: etcdBackup },
  datadog: { workload: datadogWorkload },
  sensors: { workload: sensorGatewayWorkload },
};

/** Everything that will run on the boards: kubeadm's own pods and those of the components. */
export function workloadsOf(apps: Apps, boards: readonly PlannedBoard[]): Load[] {
  const controlPlanes = boards.filter(({ role }) => role === "controlPlane").map(({ name }) => name);
  return [
    ...kubeadmWorkloads(controlPlanes),
    ...present(apps, kinds).flatMap(({ kind, args }) => kind.workload(args) ?? []),
    ...backupsOf(apps, kinds).map(({ source, plan }) => backupWorkload(source, plan)),
  ];
}

/**
 * What is backed up of the components that there are: the budget's pods and the store's accounts come from it.
 *
 * @param of the components' kinds
 */
export function backupsOf<All extends object>(apps: All, of: Kinds<All>): BackedUp[] {
  return present(apps, of).flatMap(({ kind, args }) => kind.backup?.(args) ?? []);
}

interface AnyKind {
  workload(args: unknown): Load | undefined;
  backup?(args: unknown): BackedUp | undefined;
}

/** The components that there are, with their kinds. */
function present<All extends object>(apps: All, of: Kinds<All>): { kind: AnyKind; args: unknown }[] {
  const all = Object.entries(of) as [keyof All, AnyKind][];
  return all.flatMap(([name, kind]) => (apps[name] === undefined ? [] : [{ kind, args: apps[name] }]));
}
