import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { stringify } from "yaml";
import type { MemoryPlan } from "../board/memoryPlan.ts";
import { aptScript, type Parameters, stepScript } from "../board/phases.ts";
import {
  type Admission,
  admissionKubeconfig,
  clusterConfiguration,
  type ClusterPlan,
  coreDnsPatch,
  ignoredChecksOf,
  initConfiguration,
  joinConfiguration,
  type KubeadmDocument,
  kubeProxyConfiguration,
  type NodePlan,
  upgradeConfiguration,
} from "./kubeadmConfig.ts";
import { kubeletConfiguration } from "./kubeletConfig.ts";
import { type Taint, taintText } from "./taints.ts";

/** A board of a cluster that bramble makes. */
export interface ClusterNode extends NodePlan {
  readonly memory: MemoryPlan;
  /** Its public SSH host key: by it a new machine of the same name is known for one. */
  readonly hostKey: string;
  /** Labels of its node, besides those of Kubernetes. */
  readonly labels: Readonly<Record<string, string>>;
  /** Every taint of its node, the control plane's too. */
  readonly taints: readonly Taint[];
}

/** A cluster that bramble makes. The first control plane is the one that the others join. */
export interface ClusterLayout extends Omit<ClusterPlan, "controlPlanes"> {
  readonly nodes: readonly ClusterNode[];
  /** The board that keeps a copy of etcd's snapshots, by name. Undefined: they are only on the control plane. */
  readonly snapshotStore?: string | undefined;
  /** Whether the pod network comes with the cluster, so that boards become ready by themselves. */
  readonly hasNetwork: boolean;
}

/** The steps of each board's life in a cluster. */
export type StepName =
  | "kubelet"
  | "snapshot-key"
  | "snapshot-store"
  | "maintenance"
  | "control-plane"
  | "credentials"
  | "membership"
  | "admission"
  | "join"
  | "drain"
  | "upgrade"
  | "in-service";

/** Seconds for which a board is let in: kubeadm's join takes one to three minutes on a slow board. */
const admissionTime = 900;
/** Seconds without a sign of a board that joins after which it counts as gone; it gives one every 10. */
const admissionSilence = 120;
/** Seconds more until the first sign: a board that is silent is dialled for three minutes. */
const dialling = 120;
/** Seconds for an init, a join, an upgrade or a change of the control plane, images and all. */
const longest = 3600;

/** Seconds after which a step is given up. */
export const timeLimits: Readonly<Record<StepName, number>> = {
  kubelet: 900,
  "snapshot-key": 120,
  "snapshot-store": 300,
  maintenance: 1200,
  "control-plane": longest,
  credentials: 300,
  membership: 600,
  admission: admissionTime + 120,
  join: longest,
  drain: 1200,
  upgrade: longest,
  "in-service": 1800,
};

/** Seconds that a step waits for one before it on the same board, whose connection may have broken. */
const lockWait = 1800;

/** When etcd's snapshots are made, for systemd: a day's changes are the most that is lost. */
const snapshotTimes = "*-*-* 00/6:00:00";
/** A day and a half on the card of the control plane; the other board keeps 14. */
const snapshotsKept = 6;

/** The board that the cluster begins with. */
export function firstControlPlane({ nodes }: ClusterLayout): ClusterNode {
  const first = nodes.find(({ role }) => role === "controlPlane");
  // The settings' own check comes first and says more.
  if (!first) throw new Error("the cluster has no control plane");
  return first;
}

/** What the cluster begins with, and what every further control plane takes over. */
export function kubeadmDocuments(layout: ClusterLayout): KubeadmDocument[] {
  const init = initConfiguration(firstControlPlane(layout), layout);
  return [init, configurationOf(layout), kubeProxyConfiguration()];
}

/** The kubelet's own configuration of a board, on that board. */
export function kubeletStep(layout: ClusterLayout, { name, memory }: ClusterNode): string {
  const parameters = {
    KUBELET_PATCH: stringify(kubeletConfiguration(memory)),
    UPGRADE: yamlOf(upgradeConfiguration(layout)),
  };
  return script("kubelet", name, parameters);
}

/** The control plane itself, on the first control plane. */
export function controlPlaneStep(layout: ClusterLayout): string {
  const parameters = {
    VERSION: layout.version,
    KUBEADM: yamlOf(...kubeadmDocuments(layout)),
    COREDNS_PATCH: stringify(coreDnsPatch(layout.nodes.length)),
    ADDRESS: firstControlPlane(layout).host,
    IGNORED_CHECKS: ignoredChecksOf(layout).join(","),
    ...store(layout),
  };
  return script("control-plane", firstControlPlane(layout).name, parameters);
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
  const parameters = { KEYS: keys.map((key) => key.trim()).join("\n"), RECEIVE_SCRIPT: textOf("receive") };
  return script("snapshot-store", board, parameters);
}

/** Snapshots of etcd and certificates by timers, on a control plane. */
export function maintenanceStep(layout: ClusterLayout, { name }: ClusterNode): string {
  // Only the first one has a key to the board that stores them; all of them have the same etcd.
  const isFirst = name === firstControlPlane(layout).name;
  const parameters = {
    ...store(isFirst ? layout : { ...layout, snapshotStore: undefined }),
    SNAPSHOT_SCRIPT: textOf("snapshot"),
    CERTIFICATES_SCRIPT: textOf("certificates"),
    SNAPSHOT_TIMES: snapshotTimes,
    KEPT: snapshotsKept,
  };
  return script("maintenance", name, parameters);
}

/**
 * A kubeconfig for an administrator, from the first control plane.
 *
 * @param period another one has it made anew
 */
export function credentialsStep(layout: ClusterLayout, period: string): string {
  return script("credentials", firstControlPlane(layout).name, { PERIOD: period });
}

/** Has the cluster know one machine by a board's name, on the first control plane. */
export function membershipStep(layout: ClusterLayout, node: ClusterNode): string {
  return script("membership", firstControlPlane(layout).name, about(node));
}

/** Lets a board in, on the first control plane. */
export function admissionStep(
  layout: ClusterLayout,
  node: ClusterNode,
  { token, certificateKey }: Pick<Admission, "token" | "certificateKey">,
): string {
  const parameters = {
    ...about(node),
    TOKEN: token,
    VALID: admissionTime,
    SILENCE: admissionSilence,
    DIALLING: dialling,
    CERTIFICATE_KEY: node.role === "controlPlane" ? certificateKey : "",
    KUBEADM: node.role === "controlPlane" ? yamlOf(...kubeadmDocuments(layout)) : "",
  };
  return script("admission", firstControlPlane(layout).name, parameters);
}

/** The join, on the board that joins. */
export function joinStep(layout: ClusterLayout, node: ClusterNode, admission: Admission): string {
  const parameters = {
    ROLE: node.role,
    JOIN: yamlOf(joinConfiguration(node, layout, admission)),
    ADMISSION: yamlOf(admissionKubeconfig(layout, admission)),
  };
  return script("join", node.name, parameters);
}

/** Empties a board before its kubelet changes its version, on the first control plane. */
export function drainStep(layout: ClusterLayout, node: ClusterNode): string {
  const parameters = { ...about(node), VERSION: layout.version };
  return script("drain", firstControlPlane(layout).name, parameters);
}

/** The kubelet's version, on its board. */
export function upgradeStep(layout: ClusterLayout, node: ClusterNode): string {
  const isFirst = node.name === firstControlPlane(layout).name;
  const isFurther = node.role === "controlPlane" && !isFirst;
  // The first one's own step changes its programs; the others take over what that has put into the cluster.
  const programs = isFurther ? digest(yamlOf(configurationOf(layout))) : "";
  const parameters = { VERSION: layout.version, FIRST: isFirst ? 1 : 0, PROGRAMS: programs };
  return script("upgrade", node.name, parameters);
}

/** The board takes pods, on the first control plane. */
export function inServiceStep(layout: ClusterLayout, node: ClusterNode): string {
  const labels = Object.entries(node.labels).map(([label, value]) => `${label}=${value}`);
  const parameters = {
    ...about(node),
    VERSION: layout.version,
    LABELS: labels.join(" "),
    TAINTS: node.taints.map(taintText).join(" "),
    AWAITED: layout.hasNetwork ? 1 : 0,
  };
  return script("in-service", firstControlPlane(layout).name, parameters);
}

/** Where and as whom snapshots are stored, and that board's key in the form of known_hosts. */
function store({ nodes, snapshotStore }: ClusterLayout): Parameters {
  const board = nodes.find(({ name }) => name === snapshotStore);
  if (!board) return { STORE: "", STORE_KEY: "" };
  return { STORE: `bramble-store@${board.host}`, STORE_KEY: `${board.host} ${board.hostKey}` };
}

function textOf(name: string): string {
  return readFileSync(new URL(`scripts/${name}.sh`, import.meta.url), "utf8");
}

const parts: Readonly<Record<StepName, readonly string[]>> = {
  kubelet: ["kube"],
  "snapshot-key": ["answer"],
  "snapshot-store": [],
  maintenance: ["kube"],
  "control-plane": ["kube", "leave"],
  credentials: ["kube", "answer"],
  membership: ["kube"],
  admission: ["kube"],
  join: ["kube", "leave"],
  drain: ["kube"],
  upgrade: ["kube"],
  "in-service": ["kube"],
};

function script(step: StepName, board: string, parameters: Parameters): string {
  const files = [...parts[step], step].map((name) => new URL(`scripts/${name}.sh`, import.meta.url));
  const apt = step === "upgrade" ? [aptScript] : [];
  return stepScript(board, step, { LOCK_WAIT: lockWait, ...parameters }, [...apt, ...files]);
}

/** What every step that is about another board than it runs on needs to know of that. */
function about({ name, role, hostKey }: ClusterNode): Parameters {
  // An annotation's value that can be compared, and says nothing.
  return { NODE: name, ROLE: role, HOST_KEY: digest(hostKey) };
}

function configurationOf(layout: ClusterLayout): KubeadmDocument {
  const controlPlanes = layout.nodes
    .filter(({ role }) => role === "controlPlane")
    .map(({ memory }) => memory);
  return clusterConfiguration({ ...layout, controlPlanes });
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

function yamlOf(...documents: readonly KubeadmDocument[]): string {
  return documents.map((each) => stringify(each, { aliasDuplicateObjects: false })).join("---\n");
}
