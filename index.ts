import { getStack, log } from "@pulumi/pulumi";
import { deployApps } from "./components/app/index.ts";
import { Board, BoardBootstrap, planBoards, recordedDrift } from "./components/board/index.ts";
import { requireFit, upgradeOrder } from "./components/capacity/index.ts";
import { clusterProvider, deployedKubeconfig, KubeadmCluster, Roster } from "./components/kubeadm/index.ts";
import { loadsOf, partsOf } from "./settings/apps.ts";
import { bootstrapsOf, clusterOf, rosterOf } from "./settings/boards.ts";
import { kubeconfigOf } from "./settings/kubeconfig.ts";
import { otherPodsOf, otherPodsWarnings, rebootWarnings } from "./settings/otherPods.ts";
import { commandsFor, outputsOf } from "./settings/outputs.ts";
import { readSettings } from "./settings/settings.ts";
import { warningsOf } from "./settings/warnings.ts";

const settings = readSettings();
const boards = planBoards(settings.boards);
const parts = partsOf(settings, getStack(), boards);
const loads = loadsOf(parts, boards);
const others = await otherPodsOf(settings, { stack: getStack(), boards, loads }, deployedKubeconfig);
// Refuses here, at preview too, before anything is registered.
const budget = requireFit(boards, loads, others);
const warnings = [
  ...warningsOf(settings),
  ...otherPodsWarnings(others, budget),
  ...rebootWarnings(others, settings),
];
for (const { path, message } of warnings) void log.warn(`${path}: ${message}`);

for (const board of boards) new Board(board);
const bootstraps = bootstrapsOf(settings, boards, loads);
const made = clusterOf(settings, boards, bootstraps);
const roster = made && new Roster("roster", rosterOf(boards));
const afterRoster = { dependsOn: roster ? [roster] : [] };
const drift = made && recordedDrift();
const turns = made && upgradeOrder(boards, loads, others).map(({ board }) => board);
const ready = Object.fromEntries(
  Object.entries(bootstraps).map(([name, args]) => [
    name,
    new BoardBootstrap(name, { ...args, drift }, afterRoster),
  ]),
);
const cluster =
  made && roster && new KubeadmCluster("cluster", { ...made, ready, drift, order: roster.order, turns });

const kubeconfig = kubeconfigOf(settings) ?? cluster?.kubeconfig;
const provider = kubeconfig === undefined ? undefined : clusterProvider(kubeconfig);
const apps =
  provider &&
  deployApps(parts, {
    provider,
    boards: Object.values(ready),
    cluster: cluster ? [cluster] : [],
    identity: cluster?.identity,
  });

export default outputsOf({
  /** Each board's configuration, where somebody else applies it. */
  kubelet: made ? undefined : Object.fromEntries(boards.map(({ name, kubelet }) => [name, kubelet])),
  /** Of the cluster that bramble made. */
  kubeconfig: cluster?.kubeconfig,
  ...apps,
  commands: commandsFor(getStack(), cluster !== undefined),
});
