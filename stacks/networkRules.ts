import ipaddr from "ipaddr.js";
import { hostKeyFault } from "../components/board/connection.ts";
import { boardsOf, fault, objectOf, type Rule, textOf, type WrittenSettings } from "./written.ts";

type Range = [ipaddr.IPv4, number];

/** kubeadm's own range for the addresses of services. */
const serviceSubnet = "10.96.0.0/12";
const defaultPodSubnet = "10.244.0.0/16";

function rangeOf(subnet: string): Range | undefined {
  return ipaddr.IPv4.isValidCIDRFourPartDecimal(subnet) ? ipaddr.IPv4.parseCIDR(subnet) : undefined;
}

function podSubnetOf(settings: WrittenSettings): string {
  return textOf(objectOf(settings.cluster).podSubnet) ?? defaultPodSubnet;
}

function addressOf(host: unknown): ipaddr.IPv4 | undefined {
  const text = textOf(host) ?? "";
  return ipaddr.IPv4.isValidFourPartDecimal(text) ? ipaddr.IPv4.parse(text) : undefined;
}

/** Pods with addresses of the boards' own network would be unreachable, or the boards would be. */
const podsApart: Rule = (settings) => {
  const subnet = podSubnetOf(settings);
  const range = rangeOf(subnet);
  if (range === undefined) return [];
  const hosts = [...boardsOf(settings), objectOf(objectOf(settings.ssh).jump)].map(({ host }) => host);
  const inside = hosts.filter((host) => addressOf(host)?.match(range)).map(String);
  const services = rangeOf(serviceSubnet);
  const [first, bits] = range;
  const overlaps = services && (first.match(services) || services[0].match([first, bits]));
  return [
    ...(inside.length > 0
      ? [
          fault(
            "cluster.podSubnet",
            `"${subnet}" holds the boards' own addresses (${inside.join(", ")}); give the pods another range.`,
          ),
        ]
      : []),
    ...(overlaps
      ? [
          fault(
            "cluster.podSubnet",
            `"${subnet}" overlaps ${serviceSubnet}, the addresses of services; give the pods another range, such as ${defaultPodSubnet}.`,
          ),
        ]
      : []),
  ];
};

const servicesApart: Rule = (settings) => {
  const services = rangeOf(serviceSubnet);
  return boardsOf(settings).flatMap(({ host }, i) =>
    services && addressOf(host)?.match(services)
      ? [
          fault(
            `boards[${i}].host`,
            `"${String(host)}" lies in ${serviceSubnet}, the addresses of services: no pod would reach the board. Give the boards' network another range.`,
          ),
        ]
      : [],
  );
};

/** The controller manager cuts a /24 for each node. */
const enoughForBoards: Rule = (settings) => {
  const subnet = podSubnetOf(settings);
  const range = rangeOf(subnet);
  const boards = boardsOf(settings).length;
  if (range === undefined || range[1] > 24 || boards <= 2 ** (24 - range[1])) return [];
  return [
    fault(
      "cluster.podSubnet",
      `"${subnet}" has a /24 for ${2 ** (24 - range[1])} boards, and there are ${boards}. Give the pods a larger range, such as ${defaultPodSubnet}.`,
    ),
  ];
};

const realAddress: Rule = (settings) =>
  boardsOf(settings).flatMap(({ host }, i) => {
    const kind = addressOf(host)?.range();
    const isOwn = host === "localhost" || kind === "loopback" || kind === "unspecified";
    return isOwn
      ? [
          fault(
            `boards[${i}].host`,
            `"${String(host)}" is the machine itself, whichever it is; give the address that the board has in the network.`,
          ),
        ]
      : [];
  });

/** The machine in between must be who it is, too. */
const jumpHostKey: Rule = (settings) => {
  const jump = objectOf(settings.ssh).jump;
  if (jump === undefined) return [];
  const { host, port, hostKey } = objectOf(jump);
  if (textOf(hostKey) === undefined || textOf(host) === undefined) return [];
  const address = { host: textOf(host) ?? "", port: typeof port === "number" ? port : undefined };
  const why = hostKeyFault({ ...address, hostKey: textOf(hostKey) });
  return why === undefined ? [] : [fault("ssh.jump.hostKey", why)];
};

/** No authority issues certificates for names that are not the internet's (RFC 2606, 6761, 6762, 8375). */
const privateDomains = ["local", "lan", "internal", "localhost", "test", "example", "invalid", "home.arpa"];

const publicDomain: Rule = ({ domain, ingress }) => {
  const name = textOf(domain) ?? "";
  const ending = privateDomains.find((each) => name.endsWith(`.${each}`));
  const wantsAcme = ingress !== undefined && objectOf(ingress).certificates !== "selfSigned";
  return ending !== undefined && wantsAcme
    ? [
        fault(
          "domain",
          `"${name}" ends in .${ending}, for which no authority issues certificates. Take a domain of your own, or set ingress.certificates: selfSigned.`,
        ),
      ]
    : [];
};

/** Rules about addresses and names. */
export const networkRules: readonly Rule[] = [
  podsApart,
  servicesApart,
  enoughForBoards,
  realAddress,
  jumpHostKey,
  publicDomain,
];
