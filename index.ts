import { getStack, log, type Resource } from "@pulumi/pulumi";
import { Board, planBoards } from "./components/board/board.ts";
import { BoardBootstrap } from "./components/board/bootstrap.ts";
import { KubeadmCluster } from "./components/kubeadm/kubeadmCluster.ts";
import { KubeStateMetrics } from "./components/metrics/kubeStateMetrics.ts";
import { requireFit } from "./components/capacity/memoryBudget.ts";
import { MetricsServer } from "./components/metrics/metrics.ts";
import { Flannel } from "./components/flannel/network.ts";
import { clusterProvider } from "./components/kubeadm/provider.ts";
import { Roster } from "./components/kubeadm/roster.ts";
import { DatadogAgent } from "./components/datadog/agent.ts";
import { datadogProvider, Observability } from "./components/datadog/observability.ts";
import { DynamicDns } from "./components/dns/dynamicDns.ts";
import { cloudflareProvider } from "./components/dns/provider.ts";
import { DnsRecords } from "./components/dns/records.ts";
import { Gogs } from "./components/gogs/gogs.ts";
import { Traefik } from "./components/ingress/traefik.ts";
import { Priorities } from "./components/priorities.ts";
import { SensorGateway } from "./components/sensors/sensors.ts";
import { BackupStore } from "./components/storage/backup.ts";
import { EtcdBackup } from "./components/storage/etcdBackup.ts";
import { appsOf } from "./settings/apps.ts";
import { bootstrapsOf } from "./settings/boards.ts";
import { clusterOf, rosterOf } from "./settings/cluster.ts";
import { observabilityOf } from "./settings/observability.ts";
import { outputsOf } from "./settings/outputs.ts";
import { readSettings } from "./settings/settings.ts";
import { warningsOf } from "./settings/warnings.ts";
import { workloadsOf } from "./settings/workloads.ts";

const settings = readSettings();
for (const { path, message } of warningsOf(settings)) void log.warn(`${path}: ${message}`);
const boards = planBoards(settings.boards);
const wanted = appsOf(settings, getStack());
// Refuses here, at preview too, before anything is registered.
const loads = workloadsOf(wanted, boards);
requireFit(boards, loads);

for (const board of boards) new Board(board);
const bootstraps = bootstrapsOf(settings, boards, loads);
const made = clusterOf(settings, boards, bootstraps);
const roster = made && new Roster("roster", rosterOf(boards));
const afterRoster = { dependsOn: roster ? [roster] : [] };
const ready = Object.fromEntries(
  Object.entries(bootstraps).map(([name, args]) => [name, new BoardBootstrap(name, args, afterRoster)]),
);
const cluster = made && roster && new KubeadmCluster("cluster", { ...made, ready, order: roster.order });

const provider = clusterProvider(settings.cluster.kubeconfig ?? cluster?.kubeconfig);
// Until there is a cluster, the apps wait.
const apps = provider ? wanted : {};
const boardsReady = Object.values(ready);
// Boards become ready when the network is there, so neither of these waits for the other.
const inCluster = { ...(provider && { providers: [provider] }), dependsOn: boardsReady };
const foundations: Resource[] = [...boardsReady, ...(cluster ? [cluster] : [])];
if (apps.priorities) foundations.push(new Priorities("priorities", inCluster));
if (apps.flannel) foundations.push(new Flannel("flannel", apps.flannel, inCluster));
const onNetwork = { ...inCluster, dependsOn: foundations };

if (apps.metricsServer) new MetricsServer("metrics-server", onNetwork);
if (apps.kubeStateMetrics) new KubeStateMetrics("kube-state-metrics", apps.kubeStateMetrics, onNetwork);
const backups = apps.backup && new BackupStore("backup", apps.backup, onNetwork);
const backupSecrets = backups?.secrets;
const besideBackups = { ...inCluster, dependsOn: backups ? [...foundations, backups] : foundations };
if (apps.etcdBackup) new EtcdBackup("etcd-backup", { ...apps.etcdBackup, backupSecrets }, besideBackups);
const traefik = apps.traefik && new Traefik("traefik", { ...apps.traefik, backupSecrets }, besideBackups);
if (apps.dnsRecords) {
  const { apiToken, ...records } = apps.dnsRecords;
  new DnsRecords("dns-records", records, { providers: [cloudflareProvider(apiToken)] });
}
if (apps.dynamicDns) new DynamicDns("dynamic-dns", apps.dynamicDns, onNetwork);
if (apps.datadog) new DatadogAgent("datadog", apps.datadog, onNetwork);
const gogs = apps.gogs && new Gogs("gogs", { ...apps.gogs, backupSecrets }, besideBackups);
const sensors = apps.sensors && new SensorGateway("sensors", apps.sensors, onNetwork);

const atDatadog = provider && observabilityOf(settings, getStack(), boards);
if (atDatadog) {
  new Observability("observability", atDatadog.args, { providers: [datadogProvider(atDatadog.account)] });
}

export default outputsOf({
  /** Each board's configuration. */
  kubelet: Object.fromEntries(boards.map(({ name, kubelet }) => [name, kubelet])),
  /** Of the cluster that bramble made. */
  kubeconfig: cluster?.kubeconfig,
  gogsUrl: gogs?.url,
  gogsAdminPassword: gogs?.adminPassword,
  sensorsUrl: sensors?.url,
  sensorsPassword: sensors?.password,
  sensorsTokens: sensors?.tokens,
  /** Of `ingress.login`. */
  loginPassword: traefik?.loginPassword,
  /** Without it the backups are worthless: keep it outside the cluster. */
  backupPassword: backups?.password,
});
