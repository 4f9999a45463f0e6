import * as cloudflare from "@pulumi/cloudflare";
import type { Input } from "@pulumi/pulumi";

/**
 * The provider of all records at Cloudflare. Another API than Cloudflare's is given by the environment
 * variable CLOUDFLARE_BASE_URL.
 *
 * @param apiToken token with the rights Zone–Zone–Read and Zone–DNS–Edit on the zone
 */
export function cloudflareProvider(apiToken: Input<string>): cloudflare.Provider {
  return new cloudflare.Provider("cloudflare", { apiToken });
}
