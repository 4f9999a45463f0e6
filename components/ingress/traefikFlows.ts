import {
  type AppFlows,
  type Flow,
  type Isolation,
  podsIn,
  toApiServer,
  toDns,
  toInternet,
} from "../app/isolation.ts";
import type { AcmeArgs } from "./acmeConfig.ts";
import { acmeOf, type TraefikConfigArgs } from "./traefikConfig.ts";
import { containerPlace } from "./traefikPlace.ts";

/** What Traefik may do in the network: take everybody's requests, and pass them on to what has a route. */
export function traefikFlows(args: TraefikConfigArgs, isolation: Isolation): AppFlows {
  const { web, websecure, ssh } = containerPlace.ports;
  const ports = [web, websecure, ...(args.ssh ? [ssh] : [])];
  const acme = acmeOf(args);
  return {
    isolation,
    from: [{ peers: [], ports: ports.map((port) => ({ port, protocol: "TCP" })) }],
    to: [
      toDns,
      toApiServer(isolation),
      // Each of them says which of its ports are meant.
      { peers: [...new Set(args.namespaces)].sort().map(podsIn) },
      ...(acme ? acmeFlows(acme, isolation) : []),
    ],
  };
}

/** To the authority, which may be in the LAN, and for DNS-01 to Cloudflare and its resolvers. */
function acmeFlows(
  { directory, challenge }: Required<Pick<AcmeArgs, "directory" | "challenge">>,
  isolation: Isolation,
): Flow[] {
  const tcp = (port: number) => ({ port, protocol: "TCP" as const });
  const own = URL.canParse(directory)
    ? [{ peers: [], ports: [tcp(Number(new URL(directory).port) || 443)] }]
    : [];
  const asksDns = challenge === "dns01" ? [tcp(53), { port: 53, protocol: "UDP" as const }] : [];
  return [...own, toInternet(isolation, [tcp(443), ...asksDns])];
}
