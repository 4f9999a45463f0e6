/** The zone at Cloudflare: as set, else the last two labels of the domain. */
export function zoneOf(domain: string, zone: string | undefined): string {
  return zone ?? domain.split(".").slice(-2).join(".");
}
