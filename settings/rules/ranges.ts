import ipaddr from "ipaddr.js";
import { defaultRanges } from "../../components/kubeadm/clusterLayout.ts";
import { settingError } from "../errors.ts";
import { type Parsed, type Rule, rule } from "./rule.ts";

type Setting = "podSubnet" | "serviceSubnet";

const whose = { podSubnet: "pods", serviceSubnet: "services" } as const;

/** Private ranges to take instead. */
const spare = {
  podSubnet: [defaultRanges.podSubnet, "172.16.0.0/16", "10.32.0.0/16", "192.168.0.0/16"],
  serviceSubnet: [defaultRanges.serviceSubnet, "172.20.0.0/16", "10.48.0.0/16"],
} as const;

/** An IPv4 address; of a name undefined. */
function addressOf(host: string): ipaddr.IPv4 | undefined {
  return ipaddr.IPv4.isValidFourPartDecimal(host) ? ipaddr.IPv4.parse(host) : undefined;
}

function holds(subnet: string, machines: readonly string[]): string[] {
  const range = ipaddr.IPv4.parseCIDR(subnet);
  return machines.filter((host) => addressOf(host)?.match(range));
}

function overlap(one: string, other: string): boolean {
  const [first, second] = [ipaddr.IPv4.parseCIDR(one), ipaddr.IPv4.parseCIDR(other)];
  return first[0].match(second) || second[0].match(first);
}

/** A range holds neither a machine nor the cluster's other range: what is sent there would go astray. */
const apart = (setting: Setting, other: Setting) =>
  rule(
    ["boards", "cluster", "ssh", "storage", "backup"],
    function* ({ boards, cluster, ssh, storage, backup }) {
      const hosts = [
        ...boards.map(({ host }) => host),
        ssh?.jump?.host,
        cluster.controlPlaneEndpoint?.split(":")[0],
        storage?.nfs?.server,
        backup?.nfs?.server,
      ];
      const machines = [...new Set(hosts)].flatMap((host) => (host && addressOf(host) ? [host] : []));
      const { [setting]: subnet, [other]: taken } = cluster;
      const inside = holds(subnet, machines);
      const overlaps = setting === chosen(cluster) && overlap(subnet, taken);
      const why = [
        ...(inside.length > 0 ? [`contains addresses of machines (${inside.join(", ")})`] : []),
        ...(overlaps ? [`overlaps ${taken}, the addresses of ${whose[other]}`] : []),
      ];
      if (why.length === 0) return;
      const free = spare[setting].find((each) => holds(each, machines).length === 0 && !overlap(each, taken));
      const such = free === undefined ? "" : `, such as ${free}`;
      const message = `"${subnet}" ${why.join(" and ")}. Use another range for the ${whose[setting]}${such}.`;
      yield settingError("range-taken", `cluster.${setting}`, message);
    },
  );

/** Where both overlap one is named: the only one that was changed, else the pods'. */
function chosen({ podSubnet, serviceSubnet }: Parsed["cluster"]): Setting {
  const isChanged = serviceSubnet !== defaultRanges.serviceSubnet;
  return podSubnet === defaultRanges.podSubnet && isChanged ? "serviceSubnet" : "podSubnet";
}

/** The controller manager cuts a /24 for each node. */
const enoughForBoards = rule(["boards", "cluster"], function* ({ boards, cluster: { podSubnet } }) {
  const most = 2 ** (24 - ipaddr.IPv4.parseCIDR(podSubnet)[1]);
  if (boards.length > most) {
    yield settingError(
      "range-too-small",
      "cluster.podSubnet",
      `"${podSubnet}" has a /24 for ${most} boards, but there are ${boards.length}. Use a larger range, such as ${defaultRanges.podSubnet}.`,
    );
  }
});

/** Rules about the ranges of addresses that a cluster has of its own. */
export const rangeRules: readonly Rule[] = [
  apart("podSubnet", "serviceSubnet"),
  apart("serviceSubnet", "podSubnet"),
  enoughForBoards,
];
