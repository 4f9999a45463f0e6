// Who is around the boards of a home.
import type { CloudflareApi } from "../outside/cloudflareApi.ts";
import type { DnsTable } from "../outside/dnsTable.ts";
import type { Router } from "../outside/router.ts";
import type { Place } from "./browse.ts";

/** What is around the boards of a home. */
export interface Neighbourhood {
  /** Somebody in the living room. */
  readonly laptop: Place;
  /** Somebody on the internet who knows the home's names and no password. */
  readonly stranger: Place;
  /** Somebody in another network of the home than the boards. */
  readonly guest: Place;
  /** File with the root of the authority that issues the home's certificates. */
  readonly root: string;
  /** Between the home and the internet. */
  readonly router: Router;
  /** What the internet's name servers know. */
  readonly dns: DnsTable;
  /** Where names of the home could be. */
  readonly cloudflare: CloudflareApi;
  /** What vouches for Cloudflare's https, in PEM. */
  readonly ca: string;
}
