import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import * as dns from "../components/dns/records.ts";

/** What the records need to know. */
export interface DnsRecordsArgs {
  /** Name of the zone at Cloudflare, such as `example.com`. */
  zone: string;
  /** Full name of the one host that has the address; all others are aliases of it. */
  entrance: string;
  /** Full names of the apps' hosts. */
  hosts: string[];
  /** The home's fixed addresses. Default: none. */
  addresses?: string[];
  /** Whether Cloudflare's proxy is in front of the hosts. Default: false. */
  proxied?: boolean;
  /** TTL in seconds, 60 to 86400; 1 is Cloudflare's automatic one. Default: 1. */
  ttl?: number;
}

/** The apps' names at Cloudflare, and nothing else of the zone. Its `providers` must have Cloudflare's. */
export class DnsRecords extends ComponentResource {
  constructor(name: string, args: DnsRecordsArgs, opts?: ComponentResourceOptions) {
    super("bramble:index:DnsRecords", name, args, opts);
    new dns.DnsRecords(name, args, { parent: this });
    this.registerOutputs({});
  }
}
