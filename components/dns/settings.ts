import { z } from "zod";
import { publicAddressError } from "../fields/addresses.ts";
import { flag, label, list, secretString } from "../fields/fields.ts";
import { domainName } from "../fields/hosts.ts";
import { refusing } from "../fields/refuse.ts";

/** Settings of names at Cloudflare. */
export const schema = z
  .strictObject({
    apiToken: secretString(
      /^[0-9A-Za-z_-]{40,80}$/,
      "must be a Cloudflare API token (40 to 80 letters, digits, _ and -), not the global key",
      "Cloudflare API token with the permissions Zone–Zone–Read and Zone–DNS–Edit on the zone.",
      40,
    ),
    zone: domainName()
      .optional()
      .describe(
        "The zone at Cloudflare. Default: the registered domain of `domain`, as `example.co.uk` of `home.example.co.uk`.",
      ),
    entrance: label
      .default("entrance")
      .describe("The name below `domain` that has the home's address; the apps' names are CNAMEs of it."),
    addresses: list(
      z.string("must be an address").superRefine(refusing(publicAddressError)),
      "addresses",
      "The home's fixed addresses. If empty, an updater follows its dynamic address.",
    ),
    proxied: flag(false, "Whether Cloudflare's proxy is in front of the hosts."),
    ttl: z
      .int("must be a whole number of seconds")
      .refine(
        (value) => value === 1 || (value >= 60 && value <= 86_400),
        "must be 1 (automatic) or 60 to 86400",
      )
      .default(1)
      .describe("TTL of the records in seconds; 1 is Cloudflare's automatic TTL."),
    paused: flag(false, "Deploys the updater without changing anything at Cloudflare."),
  })
  .describe("The hosts' names at Cloudflare, and the updater for a dynamic address.");

/** The section `dns`. */
export type DnsSettings = z.output<typeof schema>;
