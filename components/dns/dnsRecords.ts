import ipaddr from "ipaddr.js";

/** What decides the records of the hosts. */
export interface DnsRecordsArgs {
  /** Name of the zone at Cloudflare, such as `example.com`. */
  zone: string;
  /** Full name of the one host that has the address; all others are aliases of it. */
  entrance: string;
  /** Full names of the apps' hosts. */
  hosts: readonly string[];
  /** The home's fixed addresses, IPv4 or IPv6. With none the updater keeps the entrance's address. */
  addresses: readonly string[];
  /** Whether Cloudflare stands in front of the hosts. */
  proxied: boolean;
  /** Seconds for which others may remember a record; 1 leaves it to Cloudflare. */
  ttl: number;
}

/** A record as Cloudflare takes it. */
export interface DnsRecordSpec {
  name: string;
  type: "A" | "AAAA" | "CNAME";
  content: string;
  proxied: boolean;
  ttl: number;
  comment: string;
}

/** Comment of the records that Pulumi makes. The updater's is another, so that neither takes the other's. */
export const recordComment = "bramble: from the settings";

/**
 * The records that Pulumi keeps: an alias for each host, and the entrance's addresses where they are fixed. A
 * changing address touches none of them, so that Pulumi and the updater never fight.
 */
export function dnsRecords(args: DnsRecordsArgs): DnsRecordSpec[] {
  // Cloudflare has no ttl of its own for what it stands in front of.
  const common = { proxied: args.proxied, ttl: args.proxied ? 1 : args.ttl, comment: recordComment };
  const addresses = args.addresses.map((content) => ({
    ...common,
    name: args.entrance,
    type: ipaddr.IPv6.isValid(content) ? ("AAAA" as const) : ("A" as const),
    content,
  }));
  const aliases = [...args.hosts].sort().map((name) => ({
    ...common,
    name,
    type: "CNAME" as const,
    content: args.entrance,
  }));
  return [...addresses, ...aliases];
}
