import { ComponentResource, type ComponentResourceOptions, type Input } from "@pulumi/pulumi";
import { registerApp } from "../app/registerApp.ts";
import { filesBeside } from "../workload/podFiles.ts";
import { dynamicDnsObjects, dynamicDnsWorkload, type DynamicDnsWorkloadArgs } from "./dynamicDnsWorkload.ts";

/** What the updater needs to know. */
export interface DynamicDnsArgs extends DynamicDnsWorkloadArgs {
  /** Cloudflare API token with the rights Zone–Zone–Read and Zone–DNS–Edit on the zone. */
  apiToken: Input<string>;
}

/**
 * Keeps the entrance's A record at Cloudflare on the home's public IPv4 address, which it asks for every five
 * minutes. Stopping it, or destroying the stack, leaves the record as it is.
 *
 * Its pod is not ready while the last update failed, and the reason is in the pod's events: `pulumi up` waits for
 * the first update, and an alarm on pods that are not ready covers later ones.
 *
 * It changes only records that carry its comment, and does not see others: an A record that exists for the
 * entrance already has to be deleted, or given the comment `managed by bramble`, else the host has two addresses.
 * AAAA records are left alone, since IPv6 addresses cannot be seen from the IPv4 pod network.
 */
export class DynamicDns extends ComponentResource {
  constructor(name: string, args: DynamicDnsArgs, opts?: ComponentResourceOptions) {
    super("bramble:dns:DynamicDns", name, args, opts);
    const { token, scripts } = dynamicDnsObjects;
    const app = {
      workload: dynamicDnsWorkload(args),
      configMaps: { scripts: { name: scripts, data: filesBeside(import.meta.url, "heard.sh", "ready.sh") } },
      secrets: { token: { name: token, data: { "api-token": args.apiToken } } },
    };
    registerApp(name, app, this);
    this.registerOutputs({});
  }
}
