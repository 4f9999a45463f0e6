// Hosts' names at Cloudflare, and the updater for a home's dynamic address.
export { dns } from "./app.ts";
export { dnsRecords, type DnsRecordsArgs } from "./dnsRecords.ts";
export { DynamicDns, type DynamicDnsArgs } from "./dynamicDns.ts";
export { dynamicDnsWorkload, type DynamicDnsWorkloadArgs } from "./dynamicDnsWorkload.ts";
export { cloudflareProvider, DnsRecords } from "./records.ts";
export type { DnsSettings } from "./settings.ts";
export { type Ending, endingOf, zoneOf } from "./zone.ts";
