import ipaddr from "ipaddr.js";
import { app } from "../app/app.ts";
import { dataDirectoryOn } from "../app/volumes.ts";
import { cloudflareNetworks } from "./cloudflareNetworks.ts";
import { Traefik, type TraefikArgs } from "./traefik.ts";
import { acmeDirectory, traefikBackup, traefikUser, traefikWorkload } from "./traefikWorkload.ts";
import { schema } from "./settings.ts";

/** Traefik, the entrance. */
export const ingress = app({
  schema,
  page: "public-urls.md",
  example: { board: "pi3-1" },
  needs: [],
  takeover: ", and forward the router's ports to it",
  ports: ({ board }) =>
    [80, 443].map((port) => ({ port, protocol: "TCP" as const, board, owner: "Traefik" })),
  directories({ board, certificates }, storage) {
    if (certificates !== "acme") return [];
    const directory = acmeDirectory({ board, directory: dataDirectoryOn(board, storage) });
    // Certificates can be issued again.
    return [{ ...directory, owner: traefikUser, isReplaceable: true }];
  },
  *errors({ certificates, acme, trustedProxies }) {
    const challenge = certificates === "acme" ? acme.challenge : undefined;
    if (acme.wildcard && challenge !== "dns01") {
      const message = `can't be proven by ${challenge ?? "nothing"}; use the challenge dns01.`;
      yield { setting: "acme.wildcard", code: "wildcard-unproven", message };
    }
    // Whoever may name any address as the client's has no limit, and everybody else's in their hand.
    for (const [i, range] of trustedProxies.entries()) {
      const [address, prefix] = ipaddr.parseCIDR(range);
      const least = address.kind() === "ipv4" ? 8 : 16;
      if (prefix >= least) continue;
      yield {
        setting: `trustedProxies[${i}]`,
        code: "trusts-too-many",
        message:
          `"${range}" is too wide: any of these machines could claim any client address and bypass the limits. ` +
          `List only the proxies, with a prefix of ${least} or more, such as 192.168.1.2/32.`,
      };
    }
  },
  parts(own, { storage, dns, published, plan, isolation }) {
    const [tcp] = published.flatMap((each) => each.tcp ?? []);
    const args: TraefikArgs = {
      ...own,
      directory: dataDirectoryOn(own.board, storage),
      ...(dns && { dnsApiToken: dns.apiToken }),
      namespaces: published.map(({ namespace }) => namespace),
      trustedProxies: [...own.trustedProxies, ...(dns?.proxied ? cloudflareNetworks : [])],
      ...(tcp && { ssh: tcp }),
      isolation,
      ...(plan && { backup: plan }),
    };
    return [
      {
        name: "traefik",
        stage: "app",
        loads: [traefikWorkload(args)],
        backup: traefikBackup(args),
        register(name, { opts, backupSecrets }) {
          const resource = new Traefik(name, { ...args, backupSecrets }, opts);
          return { resource, outputs: { loginPassword: resource.loginPassword } };
        },
      },
    ];
  },
});
