import ipaddr from "ipaddr.js";
import { cluster as schema } from "./schema/cluster.ts";
import { boardsOf, fault, objectOf, type Rule, textOf, type WrittenSettings } from "./written.ts";

type Range = [ipaddr.IPv4, number];
type Setting = "podSubnet" | "serviceSubnet";

const whose = { podSubnet: "pods", serviceSubnet: "services" } as const;

/** Private ranges to take instead, the defaults first. */
const spare = {
  podSubnet: ["10.244.0.0/16", "172.16.0.0/16", "10.32.0.0/16", "192.168.0.0/16"],
  serviceSubnet: ["10.96.0.0/12", "172.20.0.0/16", "10.48.0.0/16"],
} as const;

function subnetOf(settings: WrittenSettings, setting: Setting): string {
  return textOf(objectOf(settings.cluster)[setting]) ?? schema.shape[setting].parse(undefined);
}

function rangeOf(subnet: string): Range | undefined {
  return ipaddr.IPv4.isValidCIDRFourPartDecimal(subnet) ? ipaddr.IPv4.parseCIDR(subnet) : undefined;
}

/** An IPv4 address; of a name undefined. */
export function addressOf(host: unknown): ipaddr.IPv4 | undefined {
  const text = textOf(host) ?? "";
  return ipaddr.IPv4.isValidFourPartDecimal(text) ? ipaddr.IPv4.parse(text) : undefined;
}

/** Addresses of machines that the settings name, all of them outside the cluster's own ranges. */
function machinesOf(settings: WrittenSettings): string[] {
  const { cluster, ssh, storage, backup } = settings;
  const [endpoint] = (textOf(objectOf(cluster).controlPlaneEndpoint) ?? "").split(":");
  const hosts = [
    ...boardsOf(settings).map(({ host }) => host),
    objectOf(objectOf(ssh).jump).host,
    endpoint,
    ...[storage, backup].map((each) => objectOf(objectOf(each).nfs).server),
  ];
  return [...new Set(hosts.filter((host) => addressOf(host) !== undefined).map(String))];
}

function holds(subnet: string, machines: readonly string[]): string[] {
  const range = rangeOf(subnet);
  return range ? machines.filter((host) => addressOf(host)?.match(range)) : [];
}

function overlap(one: string, other: string): boolean {
  const [first, second] = [rangeOf(one), rangeOf(other)];
  return first !== undefined && second !== undefined && (first[0].match(second) || second[0].match(first));
}

/** A range holds neither a machine nor the cluster's other range: what is sent there would go astray. */
const apart =
  (setting: Setting, other: Setting): Rule =>
  (settings) => {
    const machines = machinesOf(settings);
    const [subnet, taken] = [subnetOf(settings, setting), subnetOf(settings, other)];
    const inside = holds(subnet, machines);
    const overlaps = setting === chosen(settings) && overlap(subnet, taken);
    const why = [
      ...(inside.length > 0 ? [`holds the machines' own addresses (${inside.join(", ")})`] : []),
      ...(overlaps ? [`overlaps ${taken}, the addresses of ${whose[other]}`] : []),
    ];
    if (why.length === 0) return [];
    const free = spare[setting].find((each) => holds(each, machines).length === 0 && !overlap(each, taken));
    const such = free === undefined ? "" : `, such as ${free}`;
    return [
      fault(
        `cluster.${setting}`,
        `"${subnet}" ${why.join(" and ")}. Give the ${whose[setting]} another range${such}.`,
      ),
    ];
  };

/** Where both overlap one is named: the only one that was written, else the pods'. */
function chosen({ cluster }: WrittenSettings): Setting {
  const { podSubnet, serviceSubnet } = objectOf(cluster);
  return podSubnet === undefined && serviceSubnet !== undefined ? "serviceSubnet" : "podSubnet";
}

/** The controller manager cuts a /24 for each node. */
const enoughForBoards: Rule = (settings) => {
  const subnet = subnetOf(settings, "podSubnet");
  const range = rangeOf(subnet);
  const boards = boardsOf(settings).length;
  if (range === undefined || range[1] > 24 || boards <= 2 ** (24 - range[1])) return [];
  return [
    fault(
      "cluster.podSubnet",
      `"${subnet}" has a /24 for ${2 ** (24 - range[1])} boards, and there are ${boards}. Give the pods a larger range, such as ${spare.podSubnet[0]}.`,
    ),
  ];
};

/** Rules about the ranges of addresses that a cluster has of its own. */
export const rangeRules: readonly Rule[] = [
  apart("podSubnet", "serviceSubnet"),
  apart("serviceSubnet", "podSubnet"),
  enoughForBoards,
];
