import { settingError } from "./errors.ts";
import { type Rule, rule } from "./rule.ts";

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

/** Rules between the certificates and the names. */
export const urlRules: readonly Rule[] = [challenge];
