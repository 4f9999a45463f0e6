import ipaddr from "ipaddr.js";

/** What decides the records of the hosts. With no fixed address the updater keeps the entrance's. */
export interface DnsRecordsArgs {
  /** The home's fixed addresses. Default: none. */
  addresses?: readonly string[];
  /** Whether Cloudflare's proxy is in front of the hosts. Default: false. */
  proxied?: boolean;
  /** TTL in seconds, 60 to 86400; 1 is Cloudflare's automatic one. Default: 1. */
  ttl?: number;
  /** Name of the zone at Cloudflare, such as `example.com`. */
  zone: string;
  /** Full name of the one host that has the address; all others are aliases of it. */
  entrance: string;
  /** Full names of the apps' hosts. */
  hosts: readonly string[];
  /** For the error where Cloudflare does not show the zone: where token and zone are set. */
  advice?: string;
}

/**
 * The records that Pulumi keeps: an alias for each host, and the entrance's addresses where they are fixed. A
 * changing address touches none of them, so that Pulumi and the updater never fight.
 */
export function dnsRecords({ entrance, hosts, addresses = [], proxied = false, ttl = 1 }: DnsRecordsArgs) {
  const record = (type: "A" | "AAAA" | "CNAME", name: string, content: string) => ({
    name,
    type,
    content,
    proxied,
    // Cloudflare has no ttl of its own for what it stands in front of.
    ttl: proxied ? 1 : ttl,
    // The updater's is another, so that neither takes the other's.
    comment: "bramble: from the settings",
  });
  return [
    ...addresses.map((address) => record(ipaddr.IPv6.isValid(address) ? "AAAA" : "A", entrance, address)),
    ...hosts.toSorted().map((host) => record("CNAME", host, entrance)),
  ];
}
