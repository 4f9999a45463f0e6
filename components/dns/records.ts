import * as cloudflare from "@pulumi/cloudflare";
import {
  ComponentResource,
  type ComponentResourceOptions,
  output,
  type ProviderResource,
  RunError,
} from "@pulumi/pulumi";
import { dnsRecords, type DnsRecordsArgs } from "./dnsRecords.ts";
import { tokenAdvice } from "./tokenAdvice.ts";

/** The apps' names at Cloudflare: what {@link dnsRecords} says, and nothing else of the zone. */
export class DnsRecords extends ComponentResource {
  /**
   * @param opts `providers` with Cloudflare's; without one nothing can be looked up
   */
  constructor(name: string, args: DnsRecordsArgs, opts?: ComponentResourceOptions) {
    super("bramble:dns:DnsRecords", name, args, opts);
    const provider = this.getProvider("cloudflare:index/dnsRecord:DnsRecord");
    const zoneId = output(zoneIdOf(args.zone, provider));
    for (const record of dnsRecords(args)) {
      new cloudflare.DnsRecord(
        `${name}-${record.type.toLowerCase()}-${record.name}${record.type === "CNAME" ? "" : `-${record.content}`}`,
        { zoneId, ...record },
        // A record that becomes another in place would be made before the old one is gone, which Cloudflare
        // refuses of an alias.
        { parent: this, deleteBeforeReplace: true },
      );
    }
    this.registerOutputs({});
  }
}

/**
 * The zone's id at Cloudflare.
 *
 * @throws Error that says what the token lacks
 */
async function zoneIdOf(zone: string, provider: ProviderResource | undefined): Promise<string> {
  const found = await cloudflare.getZone({ filter: { name: zone } }, { provider }).catch((error: unknown) => {
    throw new RunError(tokenAdvice(zone, error instanceof Error ? error.message : String(error)));
  });
  return found.id;
}
