import { readFileSync } from "node:fs";
import { core } from "@pulumi/kubernetes";
import {
  ComponentResource,
  type ComponentResourceOptions,
  type Input,
  output,
  unsecret,
} from "@pulumi/pulumi";
import { configHash } from "../configHash.ts";
import { registerNamespace } from "../namespace.ts";
import { registerWorkload } from "../workload.ts";
import {
  dynamicDnsNamespace,
  dynamicDnsObjects,
  dynamicDnsWorkload,
  type DynamicDnsWorkloadArgs,
} from "./dynamicDnsWorkload.ts";

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
    const parent = { parent: this };
    const created = registerNamespace(`${name}-namespace`, dynamicDnsNamespace, "restricted", parent);
    const token = new core.v1.Secret(
      `${name}-token`,
      {
        metadata: { name: dynamicDnsObjects.token, namespace: created.metadata.name },
        stringData: { "api-token": args.apiToken },
      },
      parent,
    );
    const scripts = new core.v1.ConfigMap(
      `${name}-scripts`,
      { metadata: { name: dynamicDnsObjects.scripts, namespace: created.metadata.name }, data: files },
      parent,
    );
    // The updater reads the token once; files mounted one by one are not refreshed either.
    const hash = output(args.apiToken).apply((value) => configHash(value, JSON.stringify(files)));
    registerWorkload(
      `${name}-deployment`,
      dynamicDnsWorkload(args),
      { ...parent, dependsOn: [token, scripts] },
      { "bramble/config-hash": unsecret(hash) },
    );
    this.registerOutputs({});
  }
}

const files = Object.fromEntries(
  ["heard.sh", "ready.sh"].map((name) => [name, readFileSync(new URL(name, import.meta.url), "utf8")]),
);
