// Rules about the domain and its zone, which must be somebody's own.
import { nameFault } from "./schema/names.ts";
import { fault, objectOf, type Rule, textOf } from "./written.ts";
import { endingOf, zoneOf } from "./zone.ts";

/** Names that are not the internet's (RFC 2606, 6761, 6762, 8375): no authority and no DNS server there has them. */
const privateDomains = ["local", "lan", "internal", "localhost", "test", "example", "invalid", "home.arpa"];

const privateDomain: Rule = ({ domain, ingress, dns }) => {
  const name = textOf(domain) ?? "";
  const ending = privateDomains.find(
    (each) => (name.includes(".") && name === each) || name.endsWith(`.${each}`),
  );
  const wantsAcme = ingress !== undefined && objectOf(ingress).certificates !== "selfSigned";
  const why = [
    ...(wantsAcme ? ["no authority issues certificates"] : []),
    ...(dns === undefined ? [] : ["Cloudflare has no zone"]),
  ];
  const ways = [
    ...(wantsAcme ? ["set ingress.certificates: selfSigned"] : []),
    ...(dns === undefined ? [] : ["leave bramble:dns out"]),
  ];
  return ending !== undefined && why.length > 0
    ? [
        fault(
          "domain",
          `"${name}" ends in .${ending}, for which ${why.join(" and ")}. Take a domain of your own, or ${ways.join(" and ")}.`,
        ),
      ]
    : [];
};

const ownDomain: Rule = ({ domain, dns }) => {
  const name = textOf(domain) ?? "";
  if (nameFault(name) !== undefined || privateDomains.includes(name)) return [];
  const { givenBy, registered } = endingOf(name);
  const isSaid = givenBy === "owner" && textOf(objectOf(dns).zone) === name;
  if (givenBy === undefined || registered !== undefined || isSaid) return [];
  const such = givenBy === "registry" ? `home.example.${name}` : `myname.${name}`;
  return [
    fault(
      "domain",
      `"${name}" is a public suffix, below which others have their domains. Take your own, such as ${such}.`,
    ),
  ];
};

const ownZone: Rule = ({ domain, dns }) => {
  const [name, zone] = [textOf(domain) ?? "", textOf(objectOf(dns).zone)];
  if (dns === undefined) return [];
  if (zone !== undefined) return isNobodys(zone) ? [nobodysZone(zone, name)] : [];
  if (nameFault(name) !== undefined) return [];
  const { suffix, givenBy, registered } = endingOf(name);
  return givenBy === "owner" && registered !== undefined
    ? [
        fault(
          "dns.zone",
          `is missing: "${name}" is below ${suffix}, whose owner gives out names, few of which can be a zone at Cloudflare. Set the zone if "${registered}" is one; else leave bramble:dns out and choose the challenge http01 or tlsAlpn01.`,
        ),
      ]
    : [];
};

function isNobodys(zone: string): boolean {
  if (nameFault(zone) !== undefined || privateDomains.includes(zone)) return false;
  const { givenBy, registered } = endingOf(zone);
  return givenBy === "registry" && registered === undefined;
}

function nobodysZone(zone: string, domain: string) {
  const way =
    nameFault(domain) === undefined
      ? `Leave it out for ${zoneOf(domain, undefined)}`
      : `Set your own, such as example.${zone}`;
  return fault("dns.zone", `"${zone}" is a public suffix, which is nobody's zone. ${way}.`);
}

/** A zone that is set must hold the hosts; of a domain or zone that is none others speak. */
const hostsInZone: Rule = ({ domain, dns }) => {
  const below = textOf(domain);
  const zone = textOf(objectOf(dns).zone);
  if (below === undefined || zone === undefined || below === zone || below.endsWith(`.${zone}`)) return [];
  if (nameFault(below) !== undefined || isNobodys(zone)) return [];
  const meant = zoneOf(below, undefined);
  return [
    fault(
      "dns.zone",
      `"${zone}" does not hold the hosts, which are below bramble:domain "${below}". Set the zone at Cloudflare ` +
        `that does, such as ${meant}, or a domain in ${zone}.`,
    ),
  ];
};

/** Rules about whose names the domain and its zone are. */
export const domainRules: readonly Rule[] = [privateDomain, ownDomain, ownZone, hostsInZone];
