import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { stringify } from "yaml";
import { withoutComment } from "../board/connection.ts";
import { bootstrapFile, type Parameters, stepScript } from "../board/phases.ts";
import type { Admission } from "./admission.ts";
import { factsOf } from "./clusterChange.ts";
import { type ClusterLayout, type ClusterNode, endpointName, inOrder, storeOf } from "./clusterLayout.ts";
import {
  admissionKubeconfig,
  clusterConfiguration,
  coreDnsPatch,
  ignoredPreflightErrors,
  initConfiguration,
  joinConfiguration,
  type KubeadmDocument,
  kubeProxyConfiguration,
  upgradeConfiguration,
} from "./kubeadmConfig.ts";
import { taintText } from "../board/taints.ts";
import { controllerManagerPatch } from "./controllerManagerPatch.ts";

/** Seconds for which a board is let in: kubeadm's join takes one to three minutes on a slow board. */
const admissionTime = 900;
/** Seconds without a sign of a board that joins after which it counts as gone; it gives one every 10. */
const admissionSilence = 120;
/** Seconds more until the first sign: a board that is silent is dialled for three minutes. */
const dialling = 120;
/** Seconds for an init, a join, an upgrade or a change of the control plane, images and all. */
const longest = 3600;

/**
 * The steps of each board's life in a cluster: the seconds after which each is given up, and the scripts in front of
 * its own, behind prelude.sh.
 */
export const clusterSteps = {
  kubelet: { timeLimit: 900, parts: ["kube"] },
  "snapshot-key": { timeLimit: 120, parts: ["answer"] },
  "snapshot-store": { timeLimit: 300, parts: [] },
  maintenance: { timeLimit: longest, parts: ["kube", "pki"] },
  "control-plane": { timeLimit: longest, parts: ["kube", "manifests", "leave", "ask", "answer"] },
  credentials: { timeLimit: longest, parts: ["kube", "pki", "answer"] },
  membership: { timeLimit: 600, parts: ["kube"] },
  admission: { timeLimit: admissionTime + 120, parts: ["kube"] },
  join: { timeLimit: longest, parts: ["kube", "manifests", "pki", "certify", "leave"] },
  drain: { timeLimit: 1200, parts: ["kube"] },
  upgrade: { timeLimit: longest, parts: ["kube", "manifests"] },
  // A package manager that is at work is waited for.
  restart: { timeLimit: 1800, parts: [] },
  // An API server that is starting, and then the board, are waited for.
  "in-service": { timeLimit: 2400, parts: ["kube"] },
} satisfies Record<string, { timeLimit: number; parts: string[] }>;
export type StepName = keyof typeof clusterSteps;

/** Seconds that a step waits for one before it on the same board, whose connection may have broken. Empty: none. */
const lockWait = 1800;

/** When etcd's snapshots are made, for systemd: a day's changes are the most that is lost. */
const snapshotTimes = "*-*-* 00/6:00:00";
/** A day and a half on the card of the control plane; the other board keeps 14. */
const snapshotsKept = 6;

/**
 * What the cluster begins with, and what every further control plane takes over.
 *
 * @param leader the control plane on which kubeadm reads them
 */
export function kubeadmDocuments(layout: ClusterLayout, leader: ClusterNode): KubeadmDocument[] {
  return [initConfiguration(leader, layout), configurationOf(layout), kubeProxyConfiguration()];
}

/** The kubelet's own configuration of a board, and a control plane's patch of kubeadm's manifests, on that board. */
export function kubeletStep(layout: ClusterLayout, { name, kubelet, role }: ClusterNode): string {
  return script("kubelet", name, {
    KUBELET_PATCH: stringify(kubelet),
    CONTROLLER_MANAGER_PATCH: role === "controlPlane" ? stringify(controllerManagerPatch) : "",
    UPGRADE: yamlOf(upgradeConfiguration(layout)),
  });
}

/**
 * The control plane that has been there for longest: made by `kubeadm init`, or brought to the settings. A new machine
 * in its place is restored from the board with the snapshots; before it begins without one, every board is asked
 * whether it has a part of the cluster.
 *
 * @param order the roster's: names of the boards that are not dead
 */
export function controlPlaneStep(
  layout: ClusterLayout,
  leader: ClusterNode,
  order: readonly string[],
): string {
  const controlPlanes = layout.nodes.filter(({ role }) => role === "controlPlane");
  const living = [...inOrder(layout, order, "controlPlane"), ...inOrder(layout, order, "worker")];
  const others = (nodes: readonly ClusterNode[]) =>
    nodes.flatMap(({ name, host }) => (name === leader.name ? [] : `${name}=${host}`)).join(" ");
  return script("control-plane", leader.name, {
    VERSION: layout.version,
    KUBEADM: yamlOf(...kubeadmDocuments(layout, leader)),
    COREDNS_PATCH: stringify(coreDnsPatch(layout.nodes.length)),
    ADDRESS: leader.host,
    PROGRAMS: programsOf(layout),
    OTHERS: others(controlPlanes),
    NODES: others(living),
    IGNORED_CHECKS: ignoredPreflightErrors(layout).join(","),
    FACTS: JSON.stringify(factsOf(layout)),
    ...storedAt(storeOf(layout, order)),
  });
}

/** Prints the key by which a control plane reaches the board with its snapshots, on that control plane. */
export function snapshotKeyStep({ name }: ClusterNode): string {
  return script("snapshot-key", name, {});
}

/**
 * Takes the control planes' snapshots, on the board that keeps them.
 *
 * @param keys of the control planes
 */
export function snapshotStoreStep(board: string, keys: readonly string[]): string {
  const trimmed = keys.map((key) => key.trim());
  return script("snapshot-store", board, { KEYS: trimmed.join("\n"), RECEIVE_SCRIPT: textOf("receive") });
}

/**
 * Snapshots of etcd and certificates by timers, on a control plane.
 *
 * @param store the board that gets a copy of its snapshots. Undefined: none does, for another control plane's are
 *   stored there, and all of them have the same etcd
 */
export function maintenanceStep({ name }: ClusterNode, store: ClusterNode | undefined): string {
  return script("maintenance", name, {
    ...storedAt(store),
    SNAPSHOT_SCRIPT: textOf("snapshot"),
    CERTIFICATES_SCRIPT: textOf("pki") + textOf("certificates"),
    SNAPSHOT_TIMES: snapshotTimes,
    KEPT: snapshotsKept,
  });
}

/**
 * A kubeconfig for an administrator, from the leader. It names the leader's host where only boards know the endpoint; the
 * API server's certificate contains that address.
 *
 * @param period another one has it made anew
 */
export function credentialsStep({ endpoint }: ClusterLayout, leader: ClusterNode, period: string): string {
  const isOnBoardsOnly = endpoint.startsWith(`${endpointName}:`);
  const server = isOnBoardsOnly ? `https://${leader.host}:6443` : "";
  return script("credentials", leader.name, { PERIOD: period, SERVER: server });
}

/**
 * Has the cluster know one machine by a board's name, on the leader.
 *
 * @param isDead whether the board is gone for good
 */
export function membershipStep(leader: ClusterNode, node: ClusterNode, isDead: boolean): string {
  return script("membership", leader.name, { ...about(node), DEAD: isDead ? 1 : 0 });
}

/** Lets a board in, on the leader. */
export function admissionStep(
  leader: ClusterNode,
  node: ClusterNode,
  { token, certificateKey, period }: Pick<Admission, "token" | "certificateKey" | "period">,
): string {
  return script("admission", leader.name, {
    ...about(node),
    PERIOD: period,
    TOKEN: token,
    VALID: admissionTime,
    SILENCE: admissionSilence,
    DIALLING: dialling,
    CERTIFICATE_KEY: node.role === "controlPlane" ? certificateKey : "",
  });
}

/** The join, on the board that joins: a worker, or a further control plane. */
export function joinStep(layout: ClusterLayout, node: ClusterNode, admission: Admission): string {
  const parameters = {
    ROLE: node.role,
    ADDRESS: isIP(node.host) > 0 ? node.host : "",
    ENDPOINT: layout.endpoint,
    JOIN: yamlOf(joinConfiguration(node, layout, admission)),
    ADMISSION: yamlOf(admissionKubeconfig(layout, admission)),
    AUTHORITY: admission.authority,
    PERIOD: admission.period,
  };
  return script("join", node.name, parameters, node.role === "controlPlane" ? "control-plane" : "join");
}

/**
 * Empties a board before its kubelet changes its version or it is rebooted, on the leader.
 *
 * @param mayReboot whether it is rebooted if its system needs it. Default: false
 */
export function drainStep(
  layout: ClusterLayout,
  leader: ClusterNode,
  node: ClusterNode,
  mayReboot = false,
): string {
  return script("drain", leader.name, { ...about(node), VERSION: layout.version, ...reboots(mayReboot) });
}

/**
 * The kubelet's version, on its board.
 *
 * @param isLeader whether the board's own step `control-plane` changes its programs; the others take over what
 *   that has put into the cluster
 */
export function upgradeStep(layout: ClusterLayout, node: ClusterNode, isLeader: boolean): string {
  const programs = node.role === "controlPlane" && !isLeader ? programsOf(layout) : "";
  const parameters = { VERSION: layout.version, FIRST: isLeader ? 1 : 0, PROGRAMS: programs };
  return script("upgrade", node.name, parameters);
}

/**
 * Reboots the board if its system needs it. With the version: a board that is drained for that needs no second drain.
 *
 * @param mayReboot whether it does; else it only says that a reboot is due. Default: false
 */
export function restartStep({ version }: ClusterLayout, { name }: ClusterNode, mayReboot = false): string {
  return script("restart", name, { VERSION: version, ...reboots(mayReboot) });
}

/**
 * The board takes pods, and is back where it was rebooted, on the leader.
 *
 * @param mayReboot whether that may be so. Default: false
 */
export function inServiceStep(
  layout: ClusterLayout,
  leader: ClusterNode,
  node: ClusterNode,
  mayReboot = false,
): string {
  const labels = Object.entries(node.labels).map(([label, value]) => `${label}=${value}`);
  return script("in-service", leader.name, {
    ...about(node),
    VERSION: layout.version,
    LABELS: labels.join(" "),
    TAINTS: node.taints.map(taintText).join(" "),
    AWAITED: layout.hasNetwork ? 1 : 0,
    ...reboots(mayReboot),
  });
}

function reboots(mayReboot: boolean): Parameters {
  return { REBOOT: mayReboot ? 1 : 0 };
}

/** Where and as whom snapshots are stored, and that board's key in the form of known_hosts. */
function storedAt(board: ClusterNode | undefined): Parameters {
  if (!board) return { STORE: "", STORE_KEY: "" };
  return { STORE: `bramble-store@${board.host}`, STORE_KEY: `${board.host} ${board.hostKey}` };
}

function textOf(name: string): string {
  return readFileSync(new URL(`scripts/${name}.sh`, import.meta.url), "utf8");
}

/** @param saidOf the step whose name messages have. Default: `step` */
function script(step: StepName, board: string, parameters: Parameters, saidOf = step): string {
  const parts: readonly string[] = clusterSteps[step].parts;
  const shared = [
    ...(parts.includes("kube") ? ["node"] : []),
    ...(step === "upgrade" || step === "restart" ? ["apt"] : []),
    ...(step === "restart" ? ["rebooting"] : []),
  ];
  const own = [...parts, step].map((name) => new URL(`scripts/${name}.sh`, import.meta.url));
  const files = [...shared.map(bootstrapFile), ...own];
  return stepScript(board, saidOf, { LOCK_WAIT: lockWait, ...parameters }, files);
}

/**
 * What every step that is about another board than it runs on needs to know of that. It works beside other steps on
 * the board where it runs, and changes nothing of that.
 */
function about({ name, role, hostKey }: ClusterNode): Parameters {
  // An annotation's value that can be compared, and says nothing.
  return { NODE: name, ROLE: role, HOST_KEY: digest(withoutComment(hostKey)), LOCK_WAIT: "" };
}

function configurationOf(layout: ClusterLayout): KubeadmDocument {
  const controlPlanes = layout.nodes
    .filter(({ role }) => role === "controlPlane")
    .map(({ memory }) => memory);
  return clusterConfiguration({ ...layout, controlPlanes });
}

/** By which a control plane knows whether its programs run as the settings say. */
function programsOf(layout: ClusterLayout): string {
  return digest(yamlOf(configurationOf(layout)) + stringify(controllerManagerPatch));
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

function yamlOf(...documents: readonly KubeadmDocument[]): string {
  return documents.map((each) => stringify(each, { aliasDuplicateObjects: false })).join("---\n");
}
