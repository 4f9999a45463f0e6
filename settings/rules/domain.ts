// Rules about the domain: its zone must be somebody's own, and what its certificates need must be there.
import { endingOf, zoneOf } from "../../components/dns/zone.ts";
import { settingError } from "../errors.ts";
import { type Rule, rule } from "./rule.ts";

/** Names that are not the internet's (RFC 2606, 6761, 6762, 8375): no authority and no DNS server there has them. */
const privateDomains = ["local", "lan", "internal", "localhost", "test", "example", "invalid", "home.arpa"];

const privateDomain = rule(["domain", "ingress", "dns"], function* ({ domain, ingress, dns }) {
  const ending = privateDomains.find((each) => domain === each || domain.endsWith(`.${each}`));
  const wantsAcme = ingress?.certificates === "acme";
  if (ending === undefined || (!wantsAcme && !dns)) return;
  const why = [
    ...(wantsAcme ? ["no authority issues certificates"] : []),
    ...(dns ? ["Cloudflare has no zone"] : []),
  ];
  const ways = [
    ...(wantsAcme ? ["set ingress.certificates: selfSigned"] : []),
    ...(dns ? ["remove bramble:dns"] : []),
  ];
  yield settingError(
    "domain-private",
    "domain",
    `"${domain}" ends in .${ending}, for which ${why.join(" and ")}. Use your own domain, or ${ways.join(" and ")}.`,
  );
});

const ownDomain = rule(["domain", "dns"], function* ({ domain, dns }) {
  if (privateDomains.includes(domain)) return;
  const { givenBy, registered } = endingOf(domain);
  const isSaid = givenBy === "owner" && dns?.zone === domain;
  if (givenBy === undefined || registered !== undefined || isSaid) return;
  const such = givenBy === "registry" ? `home.example.${domain}` : `myname.${domain}`;
  yield settingError(
    "domain-public-suffix",
    "domain",
    `"${domain}" is a public suffix, not a domain of yours. Use your own domain, such as ${such}.`,
  );
});

/** A zone that is set must be somebody's, and hold the hosts. */
const ownZone = rule(["domain", "dns"], function* ({ domain, dns }) {
  if (!dns) return;
  const { zone } = dns;
  if (zone === undefined) {
    const { suffix, givenBy, registered } = endingOf(domain);
    if (givenBy !== "owner" || registered === undefined) return;
    yield settingError(
      "zone-missing",
      "dns.zone",
      `is missing: "${domain}" is below ${suffix}, where most names can't be a zone at Cloudflare. If "${registered}" is one, set the zone; otherwise remove bramble:dns and use the challenge http01 or tlsAlpn01.`,
    );
  } else if (isNobodys(zone)) {
    yield settingError(
      "zone-public-suffix",
      "dns.zone",
      `"${zone}" is a public suffix, which can't be a zone. Omit it to use ${zoneOf(domain, undefined)}.`,
    );
  } else if (domain !== zone && !domain.endsWith(`.${zone}`)) {
    yield settingError(
      "zone-without-domain",
      "dns.zone",
      `"${zone}" does not contain the hosts, which are below bramble:domain "${domain}". Set the zone at Cloudflare ` +
        `that does, such as ${zoneOf(domain, undefined)}, or a domain in ${zone}.`,
    );
  }
});

function isNobodys(zone: string): boolean {
  if (privateDomains.includes(zone)) return false;
  const { givenBy, registered } = endingOf(zone);
  return givenBy === "registry" && registered === undefined;
}

/** How the domain is proven must be possible with the names that there are. */
export const challenge = rule(["ingress", "dns"], function* ({ ingress, dns }) {
  const acme = ingress?.certificates === "acme" ? ingress.acme : undefined;
  if (acme?.challenge === "dns01" && !dns) {
    yield settingError(
      "dns01-without-dns",
      "ingress.acme.challenge",
      '"dns01" needs bramble:dns with its token; set it, or choose http01 or tlsAlpn01.',
    );
  }
  // Cloudflare's proxies answer the authority themselves: it would never reach Traefik.
  if (acme && acme.challenge !== "dns01" && dns?.proxied) {
    yield settingError(
      "challenge-behind-proxy",
      "ingress.acme.challenge",
      `"${acme.challenge}" cannot work with dns.proxied: Cloudflare is between the authority and you. ` +
        "Use dns01, or set dns.proxied: false.",
    );
  }
});

/** Rules about whose names the domain and its zone are. */
export const domainRules: readonly Rule[] = [privateDomain, ownDomain, ownZone];
