import { Provider } from "@pulumi/kubernetes";
import { getStack } from "@pulumi/pulumi";
import { Board, planBoards } from "./components/board/board.ts";
import { readKubeconfig } from "./components/cluster/kubeconfig.ts";
import { KubeStateMetrics } from "./components/cluster/kubeStateMetrics.ts";
import { requireFit } from "./components/cluster/memoryBudget.ts";
import { MetricsServer } from "./components/cluster/metrics.ts";
import { Flannel } from "./components/cluster/network.ts";
import { DatadogAgent } from "./components/datadog/agent.ts";
import { DynamicDns } from "./components/dns/dynamicDns.ts";
import { Gogs } from "./components/gogs/gogs.ts";
import { Traefik } from "./components/ingress/traefik.ts";
import { Priorities } from "./components/priorities.ts";
import { SensorGateway } from "./components/sensors/sensors.ts";
import { appsOf, workloadsOf } from "./stacks/apps.ts";
import { readSettings } from "./stacks/settings.ts";

const settings = readSettings();
const boards = planBoards(settings.boards);
const apps = appsOf(settings, getStack());
// Refuses here, at preview too, before anything is registered.
requireFit(boards, workloadsOf(apps, boards));

const kubelets = boards.map((board) => [board.name, new Board(board).kubelet] as const);

const kubernetes = new Provider("kubernetes", {
  kubeconfig: readKubeconfig(settings.cluster.kubeconfig),
  // Else a changed kubeconfig would replace the provider, and with it everything.
  clusterIdentifier: getStack(),
  // Changed in place; by default a new one would be made after the old one is deleted.
  enableConfigMapMutable: true,
  enableSecretMutable: true,
});
const inCluster = { providers: [kubernetes] };
const priorities = new Priorities("priorities", inCluster);
const network = apps.flannel && new Flannel("flannel", apps.flannel, inCluster);
const onNetwork = { ...inCluster, dependsOn: network ? [priorities, network] : [priorities] };

if (apps.metricsServer) new MetricsServer("metrics-server", onNetwork);
if (apps.kubeStateMetrics) new KubeStateMetrics("kube-state-metrics", onNetwork);
if (apps.traefik) new Traefik("traefik", apps.traefik, onNetwork);
if (apps.dynamicDns) new DynamicDns("dynamic-dns", apps.dynamicDns, onNetwork);
if (apps.datadog) new DatadogAgent("datadog", apps.datadog, onNetwork);
const gogs = apps.gogs && new Gogs("gogs", apps.gogs, onNetwork);
const sensors = apps.sensors && new SensorGateway("sensors", apps.sensors, onNetwork);

/** Each board's kubelet configuration, to put on boards that bramble did not set up itself. */
export const kubelet = Object.fromEntries(kubelets);
export const gogsUrl = gogs?.url;
export const gogsAdminPassword = gogs?.adminPassword;
export const sensorsUrl = sensors?.url;
export const sensorsToken = sensors?.token;
