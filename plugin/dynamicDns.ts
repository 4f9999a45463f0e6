import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
// Not all of the folder, which needs the SDK of Cloudflare.
import * as dns from "../components/dns/dynamicDns.ts";

/** Keeps the entrance's A record at Cloudflare on the home's public IPv4 address. Stopping it leaves the record. */
export class DynamicDns extends ComponentResource {
  constructor(name: string, args: dns.DynamicDnsArgs, opts?: ComponentResourceOptions) {
    super("bramble:index:DynamicDns", name, args, opts);
    new dns.DynamicDns(name, args, { parent: this });
    this.registerOutputs({});
  }
}
