/**
 * What to do when Cloudflare does not show a zone.
 *
 * @param zone its name
 * @param answer what Cloudflare or its provider said
 */
export function tokenAdvice(zone: string, answer: string): string {
  return (
    `Cloudflare does not show the zone ${zone} to the token bramble:dns.apiToken: ${firstLine(answer)}\n` +
    `The token needs the rights Zone–Zone–Read and Zone–DNS–Edit, for the zone ${zone} (docs/public-urls.md). ` +
    `Make one at https://dash.cloudflare.com/profile/api-tokens and set it with: ` +
    `npx pulumi config set --secret --path 'bramble:dns.apiToken'. ` +
    `If the zone has another name, set bramble:dns.zone.`
  );
}

function firstLine(text: string): string {
  return text.trim().split("\n", 1)[0] ?? "";
}
