import { parse } from "tldts";

/** What a domain ends in, by the Public Suffix List. */
export interface Ending {
  /** The part below which names are given to anybody: `co.uk`, `duckdns.org`. */
  readonly suffix: string;
  /** Who gives them: a registry, or the owner of a domain; nobody that the list knows. */
  readonly givenBy: "owner" | "registry" | undefined;
  /** The domain that somebody has there: `example.co.uk`. Undefined where the domain is the suffix itself. */
  readonly registered: string | undefined;
}

/** What a domain ends in. */
export function endingOf(domain: string): Ending {
  const found = parse(domain, { allowPrivateDomains: true });
  const givenBy = found.isIcann ? "registry" : found.isPrivate ? "owner" : undefined;
  return { suffix: found.publicSuffix ?? domain, givenBy, registered: found.domain ?? undefined };
}

/** The zone at Cloudflare: as set, else the domain that is registered. */
export function zoneOf(domain: string, zone: string | undefined): string {
  return zone ?? endingOf(domain).registered ?? domain;
}
