// Rules between the settings of the public urls: certificates, names, proxies.
import ipaddr from "ipaddr.js";
import { fault, objectOf, type Rule, textOf } from "./written.ts";

const acmeIsSet: Rule = ({ ingress }) =>
  ingress !== undefined &&
  objectOf(ingress).certificates !== "selfSigned" &&
  objectOf(ingress).acme === undefined
    ? [fault("ingress.acme", "is missing. Set acme.email, or certificates: selfSigned.")]
    : [];

const dns01NeedsDns: Rule = ({ ingress, dns }) =>
  challengeOf(ingress) === "dns01" && dns === undefined
    ? [
        fault(
          "ingress.acme.challenge",
          '"dns01" needs bramble:dns with its token; set it, or choose http01 or tlsAlpn01.',
        ),
      ]
    : [];

const wildcardNeedsDns01: Rule = ({ ingress }) => {
  const challenge = challengeOf(ingress);
  return objectOf(objectOf(ingress).acme).wildcard === true && challenge !== "dns01"
    ? [
        fault(
          "ingress.acme.wildcard",
          `cannot be proven by ${challenge ?? "nothing"}; choose the challenge dns01.`,
        ),
      ]
    : [];
};

/** Cloudflare's proxies answer the authority themselves: it would never reach Traefik. */
const proxiedNeedsDns01: Rule = ({ ingress, dns }) => {
  const challenge = challengeOf(ingress);
  return objectOf(dns).proxied === true && (challenge === "http01" || challenge === "tlsAlpn01")
    ? [
        fault(
          "ingress.acme.challenge",
          `"${challenge}" cannot work with dns.proxied: Cloudflare stands between the authority and you. ` +
            "Choose dns01, or set dns.proxied: false.",
        ),
      ]
    : [];
};

const hostOnce: Rule = (settings) => {
  const taken = new Map<string, string>();
  const { dns, gogs, sensors } = settings;
  return [
    ["gogs", "gogs.host", gogs && (objectOf(gogs).host ?? "gogs")],
    ["sensors", "sensors.host", sensors && (objectOf(sensors).host ?? "sensors")],
    ["the address", "dns.entrance", dns && (objectOf(dns).entrance ?? "entrance")],
  ].flatMap(([owner, path, host]) => {
    if (typeof host !== "string") return [];
    const first = taken.get(host);
    taken.set(host, first ?? String(owner));
    return first === undefined
      ? []
      : [
          fault(
            String(path),
            `${JSON.stringify(host)} is the host of ${first} already; give one of them another.`,
          ),
        ];
  });
};

/** Whoever may name any address as the client's has no limit, and everybody else's in their hand. */
const trustsFew: Rule = ({ ingress }) => {
  const ranges = objectOf(ingress).trustedProxies;
  if (!Array.isArray(ranges)) return [];
  return ranges.flatMap((range, i) => {
    if (typeof range !== "string" || !ipaddr.isValidCIDR(range)) return [];
    const [address, prefix] = ipaddr.parseCIDR(range);
    const least = address.kind() === "ipv4" ? 8 : 16;
    return prefix >= least
      ? []
      : [
          fault(
            `ingress.trustedProxies[${i}]`,
            `"${range}" trusts too many: each of them may claim any client address, and no limit holds. ` +
              `Name the proxies, with a prefix of ${least} or more, such as 192.168.1.2/32.`,
          ),
        ];
  });
};

/** The rules, in the order in which their faults are told. */
export const urlRules: readonly Rule[] = [
  acmeIsSet,
  dns01NeedsDns,
  wildcardNeedsDns01,
  proxiedNeedsDns01,
  hostOnce,
  trustsFew,
];

/** The challenge that certificates will be got by, if any will. */
function challengeOf(ingress: unknown): string | undefined {
  const { certificates, acme } = objectOf(ingress);
  if (certificates === "selfSigned" || acme === undefined) return undefined;
  return textOf(objectOf(acme).challenge) ?? "dns01";
}
