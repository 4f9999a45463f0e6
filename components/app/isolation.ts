import type { types } from "@pulumi/kubernetes";
import type { Unwrap } from "@pulumi/pulumi";
import ipaddr from "ipaddr.js";
import { labelsOf } from "../workload/workload.ts";
import { backupServer, backupServerIn, type BackupPlan } from "./backupTarget.ts";
import { entranceIn } from "./entrance.ts";
import { privateRanges } from "./limits.ts";

type Peer = Unwrap<types.input.networking.v1.NetworkPolicyPeer>;

/** What decides where isolated pods may connect to outside the cluster. Addresses are IPv4, as the pods' are. */
export interface Isolation {
  /** Ranges with the API servers; empty if their addresses are not known. */
  readonly apiServers: readonly string[];
  /** Ranges of the LAN. */
  readonly lan: readonly string[];
  /** The pods' range. */
  readonly podSubnet: string;
}

/** Connections that begin at, or lead to, some peers. */
export interface Flow {
  /** Anybody if empty. */
  readonly peers: readonly Peer[];
  /** Ports of containers, where the peer is a pod. Any if omitted. */
  readonly ports?: readonly { readonly port: number; readonly protocol: "TCP" | "UDP" }[];
}

/** Everything that an app's pods may do in the network. Its namespace is closed otherwise, in both directions. */
export interface AppFlows {
  readonly isolation: Isolation;
  /** Who may connect to its pods. The board's own kubelet always may. */
  readonly from: readonly Flow[];
  /** Whom its pods may connect to, besides where its backups are. */
  readonly to: readonly Flow[];
}

/** The Datadog agent's pods, by namespace and name. */
export const agentPods = { namespace: "datadog", name: "datadog-agent" } as const;

/** Every pod of a namespace. */
export function podsIn(namespace: string): Peer {
  return { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } } };
}

function podsOf({ namespace, name }: { readonly namespace: string; readonly name: string }): Peer {
  return { ...podsIn(namespace), podSelector: { matchLabels: labelsOf(name) } };
}

/**
 * From an entrance, to ports of containers.
 *
 * @param namespace the entrance's; undefined for the default
 */
export function fromEntrance(namespace: string | undefined, ...ports: readonly number[]): Flow {
  return { peers: [podsOf(entranceIn(namespace))], ports: ports.map((port) => ({ port, protocol: "TCP" })) };
}

/** To the cluster's DNS. */
export const toDns: Flow = {
  peers: [{ ...podsIn("kube-system"), podSelector: { matchLabels: { "k8s-app": "kube-dns" } } }],
  ports: [
    { port: 53, protocol: "UDP" },
    { port: 53, protocol: "TCP" },
  ],
};

/** To the agent that takes DogStatsD on each board. The board's port leads to its pod, whose address counts. */
export function toDogstatsd(port: number): Flow {
  return { peers: [podsOf(agentPods)], ports: [{ port, protocol: "UDP" }] };
}

/** To the API server, wherever it is if that is not known. */
export function toApiServer({ apiServers }: Isolation): Flow {
  const peers = apiServers.map((cidr) => ({ ipBlock: { cidr } }));
  return { peers, ports: [{ port: 6443, protocol: "TCP" }] };
}

/** Besides the private ones: of providers that share addresses (RFC 6598), of links and of machines themselves. */
const notPublic = [...privateRanges, "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8"].filter(isIPv4);

/** To the internet, and neither the LAN nor the cluster. */
export function toInternet({ lan, podSubnet }: Isolation, ports?: Flow["ports"]): Flow {
  const except = [...new Set([...notPublic, ...lan.filter(isIPv4), podSubnet])];
  return { peers: [{ ipBlock: { cidr: "0.0.0.0/0", except } }], ...(ports && { ports }) };
}

/** To the LAN, and no pod. */
export function toLan({ lan, podSubnet }: Isolation): Flow {
  return {
    peers: lan.filter(isIPv4).map((cidr) => ({
      ipBlock: { cidr, ...(isWithin(podSubnet, cidr) && { except: [podSubnet] }) },
    })),
  };
}

/** Where the backups are. An NFS server is the board's to reach. */
export function toBackups({ target }: BackupPlan): readonly Flow[] {
  if ("nfs" in target) return [];
  const tcp = (port: number) => [{ port, protocol: "TCP" as const }];
  if ("board" in target)
    return [toDns, { peers: [podsOf(backupServerIn(target))], ports: tcp(backupServer.port) }];
  const { port, protocol } = new URL(target.s3.endpoint);
  return [toDns, { peers: [], ports: tcp(Number(port) || (protocol === "http:" ? 80 : 443)) }];
}

function isIPv4(range: string): boolean {
  return ipaddr.IPv4.isValidCIDRFourPartDecimal(range);
}

function isWithin(range: string, wide: string): boolean {
  const [[address, prefix], outer] = [ipaddr.IPv4.parseCIDR(range), ipaddr.IPv4.parseCIDR(wide)];
  return prefix >= outer[1] && address.match(outer);
}
