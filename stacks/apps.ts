import type { Input } from "@pulumi/pulumi";
import type { PlannedBoard } from "../components/board/board.ts";
import { flannelWorkload } from "../components/cluster/flannelWorkload.ts";
import { kubeadmWorkloads } from "../components/cluster/kubeadmWorkloads.ts";
import {
  type KubeStateMetricsArgs,
  kubeStateMetricsWorkload,
} from "../components/cluster/kubeStateMetrics.ts";
import { metricsServerWorkload } from "../components/cluster/metricsWorkload.ts";
import type { FlannelArgs } from "../components/cluster/network.ts";
import type { DatadogAgentArgs } from "../components/datadog/agent.ts";
import { datadogWorkload } from "../components/datadog/agentWorkload.ts";
import { dogstatsdPort } from "../components/datadog/ports.ts";
import type { DynamicDnsArgs } from "../components/dns/dynamicDns.ts";
import { dynamicDnsWorkload } from "../components/dns/dynamicDnsWorkload.ts";
import type { DnsRecordsArgs } from "../components/dns/dnsRecords.ts";
import type { GogsArgs } from "../components/gogs/gogs.ts";
import { gogsApp, gogsNamespace, gogsSource } from "../components/gogs/gogsBackup.ts";
import { gogsDirectory, gogsWorkload } from "../components/gogs/gogsWorkload.ts";
import { cloudflareNetworks } from "../components/ingress/cloudflareNetworks.ts";
import type { RouteTls } from "../components/ingress/routeIngresses.ts";
import { acmeSource, traefikApp } from "../components/ingress/traefikBackup.ts";
import type { TraefikArgs } from "../components/ingress/traefik.ts";
import { traefikWorkload } from "../components/ingress/traefikWorkload.ts";
import { sensorGateway, sensorGatewayWorkload } from "../components/sensors/gatewayWorkload.ts";
import type { SensorGatewayArgs } from "../components/sensors/sensors.ts";
import type { BackupStoreArgs } from "../components/storage/backup.ts";
import { backupServerWorkload } from "../components/storage/backupServerWorkload.ts";
import type { BackupPlan } from "../components/storage/backupTarget.ts";
import { backupWorkload } from "../components/storage/backupWorkload.ts";
import { etcdApp, type EtcdBackupArgs, etcdSource } from "../components/storage/etcdBackup.ts";
import type { AppStorage } from "../components/storage/volumes.ts";
import type { Load } from "../components/workload.ts";
import type { Settings } from "./schema.ts";
import { dataDirectory } from "./schema/apps.ts";
import { sensorsOf } from "./sensors.ts";
import { zoneOf } from "./zone.ts";

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

/**
 * What the settings mean for each component.
 *
 * @param stack name of the stack, by which Datadog tells clusters apart
 */
export function appsOf(settings: Settings, stack: string): Apps {
  const { cluster, ingress, dns, storage, datadog } = settings;
  const tls = tlsOf(settings);
  const gogs = gogsOf(settings, tls);
  const sensors = sensorsOf(settings, tls);
  const hosts = [gogs?.host, sensors?.host].filter((host) => host !== undefined);
  const namespaces = [...(gogs ? [gogsNamespace] : []), ...(sensors ? [sensorGateway.namespace] : [])];
  return {
    priorities: true,
    ...(cluster.network === "flannel" && { flannel: { podSubnet: cluster.podSubnet } }),
    ...(cluster.metrics && { metricsServer: true }),
    ...backupOf(settings),
    ...(ingress && {
      traefik: {
        ...ingress,
        directory: storage?.directory ?? dataDirectory,
        dnsApiToken: dns?.apiToken,
        namespaces,
        trustedProxies: [...ingress.trustedProxies, ...(dns?.proxied ? cloudflareNetworks : [])],
        ssh: gogs && { port: gogs.sshPort, backend: `${gogsApp}.${gogsNamespace}.svc:22` },
        backup: planOf(settings),
      },
    }),
    ...namesOf(settings, hosts),
    ...(gogs && { gogs }),
    ...(datadog && {
      datadog: { ...datadog, clusterName: stack },
      kubeStateMetrics: { entrance: entranceOf(settings, hosts) },
    }),
    ...(sensors && { sensors }),
  };
}

function tlsOf({ ingress, domain }: Settings): RouteTls {
  if (ingress?.certificates !== "acme") return "selfSigned";
  return ingress.acme?.wildcard ? { wildcard: `*.${domain}` } : "acme";
}

/** The hosts' names at Cloudflare. While paused nothing is registered there, so that no token is needed. */
function namesOf(
  { dns, domain }: Settings,
  hosts: readonly string[],
): Pick<Apps, "dnsRecords" | "dynamicDns"> {
  if (!dns) return {};
  const { apiToken, addresses, proxied, ttl, paused } = dns;
  const entrance = `${dns.entrance}.${domain}`;
  const zone = zoneOf(domain, dns.zone);
  return {
    ...(!paused && { dnsRecords: { zone, entrance, hosts, addresses, proxied, ttl, apiToken } }),
    ...(addresses.length === 0 && { dynamicDns: { entrance, proxied, ttl, paused, apiToken } }),
  };
}

function gogsOf(settings: Settings, tls: GogsArgs["tls"]): GogsArgs | undefined {
  const { domain, storage, gogs } = settings;
  if (!gogs || !storage) return undefined;
  const { size, sshPort, adminPassword, restore } = gogs;
  const onBoard = { board: gogs.board ?? storage.board ?? "", directory: storage.directory };
  const where: AppStorage = gogs.volume === "nfs" && storage.nfs ? { nfs: storage.nfs } : onBoard;
  const host = `${gogs.host}.${domain}`;
  return { host, size, sshPort, adminPassword, restore, storage: where, tls, backup: planOf(settings) };
}

function planOf({ backup, datadog }: Settings): BackupPlan | undefined {
  if (!backup) return undefined;
  const { board = "", directory, nfs, s3, schedule, keep } = backup;
  const target = nfs ? { nfs } : s3 ? { s3 } : { board, directory };
  return { target, schedule, keep, ...(datadog && { statsdPort: dogstatsdPort }) };
}

function backupOf(settings: Settings): Pick<Apps, "backup" | "etcdBackup"> {
  const plan = planOf(settings);
  const { boards, backup, ingress, gogs, rehearses } = settings;
  if (!backup || !plan) return {};
  const controlPlane = boards.find(({ role }) => role === "controlPlane")?.name ?? "";
  const apps = [
    ...(gogs ? [gogsApp] : []),
    ...(ingress?.certificates === "acme" ? [traefikApp] : []),
    ...(backup.etcd ? [etcdApp] : []),
  ];
  const { password, accessKey, secretKey } = backup;
  const protectPassword = rehearses === undefined;
  return {
    backup: { target: plan.target, apps, password, accessKey, secretKey, protectPassword },
    ...(backup.etcd && { etcdBackup: { board: controlPlane, directory: backup.etcd, plan } }),
  };
}

function entranceOf(
  { boards, ingress }: Settings,
  hosts: readonly string[],
): KubeStateMetricsArgs["entrance"] {
  const board = boards.find(({ name }) => name === ingress?.board);
  return board && { address: board.host, hosts };
}

/** Everything that will run on the boards: kubeadm's own pods and those of the components. */
export function workloadsOf(apps: Apps, boards: readonly PlannedBoard[]): Load[] {
  const controlPlanes = boards.filter(({ role }) => role === "controlPlane").map(({ name }) => name);
  return [
    kubeadmWorkloads(controlPlanes),
    apps.flannel ? flannelWorkload() : [],
    apps.metricsServer ? metricsServerWorkload() : [],
    apps.kubeStateMetrics ? kubeStateMetricsWorkload() : [],
    apps.traefik ? traefikWorkload(apps.traefik) : [],
    apps.dynamicDns ? dynamicDnsWorkload(apps.dynamicDns) : [],
    apps.gogs ? gogsWorkload(apps.gogs) : [],
    ...backupWorkloads(apps),
    apps.datadog ? datadogWorkload(apps.datadog) : [],
    apps.sensors ? sensorGatewayWorkload(apps.sensors) : [],
  ].flat();
}

/** The pods that make and keep backups. */
function backupWorkloads({ backup, gogs, traefik, etcdBackup }: Apps): Load[] {
  const acme = traefik && acmeSource(traefik);
  return [
    backup && "board" in backup.target ? backupServerWorkload(backup.target) : [],
    gogs?.backup ? backupWorkload(gogsSource(gogsDirectory(gogs)), gogs.backup) : [],
    traefik?.backup && acme ? backupWorkload(acme, traefik.backup) : [],
    etcdBackup ? backupWorkload(etcdSource(etcdBackup), etcdBackup.plan) : [],
  ].flat();
}
