import { ingress as schema } from "../../settings/schema/urls.ts";
import { app } from "../app/app.ts";
import { dataDirectory } from "../storage/volumes.ts";
import { cloudflareNetworks } from "./cloudflareNetworks.ts";
import { Traefik, type TraefikArgs } from "./traefik.ts";
import { traefikBackup } from "./traefikBackup.ts";
import { acmeDirectory, traefikWorkload } from "./traefikWorkload.ts";

/** Traefik, the entrance. */
export const ingress = app({
  schema,
  page: "public-urls.md",
  needs: [],
  takeover: ", and forward the router's ports to it",
  ports: () => [
    { port: 80, protocol: "TCP", owner: "Traefik" },
    { port: 443, protocol: "TCP", owner: "Traefik" },
  ],
  directories: ({ board }, storage) => [
    acmeDirectory({ board, directory: storage?.directory ?? dataDirectory }),
  ],
  parts(own, { storage, dns, published, plan }) {
    const [tcp] = published.flatMap((each) => each.tcp ?? []);
    const args: TraefikArgs = {
      ...own,
      directory: storage?.directory ?? dataDirectory,
      ...(dns && { dnsApiToken: dns.apiToken }),
      namespaces: published.map(({ namespace }) => namespace),
      trustedProxies: [...own.trustedProxies, ...(dns?.proxied ? cloudflareNetworks : [])],
      ...(tcp && { ssh: tcp }),
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
