import * as cloudflare from "@pulumi/cloudflare";
import {
  ComponentResource,
  type ComponentResourceOptions,
  type Input,
  output,
  type ProviderResource,
  RunError,
} from "@pulumi/pulumi";
import { dnsRecords, type DnsRecordsArgs } from "./dnsRecords.ts";

/**
 * The provider of all records at Cloudflare. Another API than Cloudflare's is given by the environment
 * variable CLOUDFLARE_BASE_URL.
 *
 * @param apiToken token with the rights Zone–Zone–Read and Zone–DNS–Edit on the zone
 * @param name the provider's Pulumi name, another one for each token of a program
 */
export function cloudflareProvider(apiToken: Input<string>, name = "cloudflare"): cloudflare.Provider {
  return new cloudflare.Provider(name, { apiToken });
}

/** The apps' names at Cloudflare: what {@link dnsRecords} says, and nothing else of the zone. */
export class DnsRecords extends ComponentResource {
  /**
   * @param opts `providers` with Cloudflare's; without one nothing can be looked up
   */
  constructor(name: string, args: DnsRecordsArgs, opts?: ComponentResourceOptions) {
    super("bramble:dns:DnsRecords", name, args, opts);
    const provider = this.getProvider("cloudflare:index/dnsRecord:DnsRecord");
    const zoneId = output(zoneIdOf(args, provider));
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
async function zoneIdOf(
  { zone, advice }: DnsRecordsArgs,
  provider: ProviderResource | undefined,
): Promise<string> {
  const found = await cloudflare.getZone({ filter: { name: zone } }, { provider }).catch((error: unknown) => {
    throw new RunError(tokenAdvice(zone, error instanceof Error ? error.message : String(error), advice));
  });
  return found.id;
}

/**
 * What to do when Cloudflare does not show a zone.
 *
 * @param zone its name
 * @param answer what Cloudflare or its provider said
 * @param advice where token and zone are set
 */
export function tokenAdvice(zone: string, answer: string, advice = ""): string {
  const [said = ""] = answer.trim().split("\n", 1);
  return (
    `Cloudflare does not show the zone ${zone} to the API token: ${said}\n` +
    `The token needs the rights Zone–Zone–Read and Zone–DNS–Edit, for the zone ${zone}. ` +
    `Make one at https://dash.cloudflare.com/profile/api-tokens, or correct the zone. ${advice}`
  ).trimEnd();
}
