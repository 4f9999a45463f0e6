/** Where a Traefik runs: what of its configuration depends on the machine and not on the settings. */
export interface TraefikPlace {
  /** Address that it listens on; all of them if empty. */
  listen: string;
  /** Ports that it listens on. */
  ports: { web: number; websecure: number; ssh: number; ping: number };
  /** The port for HTTPS that browsers are sent to. */
  publicPort: number;
  /** Folders and files. */
  paths: { configuration: string; acmeStorage: string; dnsApiToken: string; users: string };
  /** DNS servers, `host:port`, that are asked whether a record for DNS-01 is there. */
  resolvers: readonly string[];
}

/** In its container. The ports are above 1024, so that it needs no privilege for them. */
export const containerPlace: TraefikPlace = {
  listen: "",
  ports: { web: 8080, websecure: 8443, ssh: 8022, ping: 8082 },
  publicPort: 443,
  paths: {
    configuration: "/etc/traefik",
    acmeStorage: "/var/lib/traefik",
    dnsApiToken: "/run/secrets/traefik/dns-api-token",
    users: "/run/secrets/traefik-users",
  },
  // A home router may answer for the domain itself, and then the record is never seen.
  resolvers: ["1.1.1.1:53", "1.0.0.1:53"],
};
