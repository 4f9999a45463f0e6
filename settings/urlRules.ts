// Rules between the settings of the public urls: certificates, names, proxies.
import ipaddr from "ipaddr.js";
import { settingError } from "./errors.ts";
import { type Rule, rule } from "./rule.ts";

const acmeIsSet = rule(["ingress"], function* ({ ingress }) {
  if (ingress?.certificates === "acme" && !ingress.acme) {
    const message = "is missing. Set acme.email, or certificates: selfSigned.";
    yield settingError("acme-missing", "ingress.acme", message);
  }
});

/** How the domain is proven must be possible with the names that there are. */
const challenge = rule(["ingress", "dns"], function* ({ ingress, dns }) {
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

const wildcardNeedsDns01 = rule(["ingress"], function* ({ ingress }) {
  const acme = ingress?.acme;
  if (!acme?.wildcard) return;
  const proof = ingress?.certificates === "acme" ? acme.challenge : "nothing";
  if (proof === "dns01") return;
  const message = `can't be proven by ${proof}; use the challenge dns01.`;
  yield settingError("wildcard-unproven", "ingress.acme.wildcard", message);
});

const hostOnce = rule(["dns", "gogs", "sensors"], function* ({ dns, gogs, sensors }) {
  const taken = new Map<string, string>();
  const hosts = [
    ["gogs", "gogs.host", gogs?.host],
    ["sensors", "sensors.host", sensors?.host],
    ["the address", "dns.entrance", dns?.entrance],
  ] as const;
  for (const [owner, setting, host] of hosts) {
    if (host === undefined) continue;
    const first = taken.get(host);
    taken.set(host, first ?? owner);
    if (first === undefined) continue;
    const message = `"${host}" is already the host of ${first}; use another one.`;
    yield settingError("app-host-taken", setting, message);
  }
});

/** Whoever may name any address as the client's has no limit, and everybody else's in their hand. */
const trustsFew = rule(["ingress"], function* ({ ingress }) {
  for (const [i, range] of (ingress?.trustedProxies ?? []).entries()) {
    const [address, prefix] = ipaddr.parseCIDR(range);
    const least = address.kind() === "ipv4" ? 8 : 16;
    if (prefix >= least) continue;
    yield settingError(
      "trusts-too-many",
      `ingress.trustedProxies[${i}]`,
      `"${range}" is too wide: any of these machines could claim any client address and bypass the limits. ` +
        `List only the proxies, with a prefix of ${least} or more, such as 192.168.1.2/32.`,
    );
  }
});

/** Ports of the entrance's board that are taken already. */
const sshPortIsFree = rule(["gogs"], function* ({ gogs }) {
  const taken: Record<number, string> = { 6443: "the API server", 8125: "DogStatsD", 10250: "the kubelet" };
  const port = gogs?.sshPort ?? 0;
  const by = taken[port];
  if (by !== undefined) {
    yield settingError("port-taken", "gogs.sshPort", `${port} is already used by ${by}; use another port.`);
  }
});

/** The rules, in the order in which their errors are told. */
export const urlRules: readonly Rule[] = [
  acmeIsSet,
  challenge,
  wildcardNeedsDns01,
  hostOnce,
  trustsFew,
  sshPortIsFree,
];
