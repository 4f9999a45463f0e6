import ipaddr from "ipaddr.js";
import type { DnsSettings } from "./settings.ts";

/** What decides the records of the hosts. With no fixed address the updater keeps the entrance's. */
export interface DnsRecordsArgs extends Pick<DnsSettings, "addresses" | "proxied" | "ttl"> {
  /** Name of the zone at Cloudflare, such as `example.com`. */
  zone: string;
  /** Full name of the one host that has the address; all others are aliases of it. */
  entrance: string;
  /** Full names of the apps' hosts. */
  hosts: readonly string[];
}

/**
 * The records that Pulumi keeps: an alias for each host, and the entrance's addresses where they are fixed. A
 * changing address touches none of them, so that Pulumi and the updater never fight.
 */
export function dnsRecords({ entrance, hosts, addresses, proxied, ttl }: DnsRecordsArgs) {
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
