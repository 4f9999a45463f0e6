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
  dynamicDnsWorkload,
  type DynamicDnsWorkloadArgs,
} from "./dynamicDnsWorkload.ts";

/** What the updater needs to know. */
export interface DynamicDnsArgs extends DynamicDnsWorkloadArgs {
  /** Cloudflare API token with the right Zone–DNS–Edit on the zone. */
  apiToken: Input<string>;
}

/**
 * Keeps the A records of all hosts at Cloudflare on the home's public IPv4 address, which it asks for every
 * five minutes. Stopping it, or destroying the stack, leaves the records as they are.
 *
 * It changes only records that carry its comment, and does not see others: an A record that exists for a host
 * already has to be deleted, or given the comment `managed by bramble`, else the host has two addresses. AAAA
 * records are left alone, since IPv6 addresses cannot be seen from the IPv4 pod network: delete those of the
 * hosts if they lead elsewhere.
 */
export class DynamicDns extends ComponentResource {
  constructor(name: string, args: DynamicDnsArgs, opts?: ComponentResourceOptions) {
    super("bramble:dns:DynamicDns", name, args, opts);
    const parent = { parent: this };
    const created = registerNamespace(`${name}-namespace`, dynamicDnsNamespace, "restricted", parent);
    const token = new core.v1.Secret(
      `${name}-token`,
      {
        metadata: { name: "dynamic-dns", namespace: created.metadata.name },
        stringData: { "api-token": args.apiToken },
      },
      parent,
    );
    // The updater reads the token once.
    const hash = output(args.apiToken).apply((value) => configHash(value));
    registerWorkload(
      `${name}-deployment`,
      dynamicDnsWorkload(args),
      { ...parent, dependsOn: token },
      { "bramble/config-hash": unsecret(hash) },
    );
    this.registerOutputs({});
  }
}
