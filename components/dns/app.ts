import { app, type AppPart } from "../app/app.ts";
import { DynamicDns } from "./dynamicDns.ts";
import { dynamicDnsWorkload } from "./dynamicDnsWorkload.ts";
import { cloudflareProvider, DnsRecords } from "./records.ts";
import { zoneOf } from "./zone.ts";
import { schema } from "./settings.ts";

const advice =
  "Set the token with: npx pulumi config set --secret --path 'bramble:dns.apiToken'; the zone is bramble:dns.zone " +
  "(docs/public-urls.md).";

/** The hosts' names at Cloudflare, and the updater that follows a changing address. */
export const dns = app({
  schema,
  page: "public-urls.md",
  example: { apiToken: "t".repeat(40) },
  needs: ["ingress"],
  parts(own, { domain, published }) {
    const { apiToken, addresses, proxied, ttl, paused } = own;
    const entrance = `${own.entrance}.${domain}`;
    const hosts = published.map(({ host }) => host);
    const zone = zoneOf(domain, own.zone);
    const records = { zone, entrance, hosts, addresses, proxied, ttl, advice };
    const updater = { entrance, proxied, ttl, paused, apiToken };
    const atCloudflare: AppPart = {
      name: "dns-records",
      stage: "external",
      register: (name) => ({
        resource: new DnsRecords(name, records, { providers: [cloudflareProvider(apiToken)] }),
      }),
    };
    const dynamic: AppPart = {
      name: "dynamic-dns",
      stage: "app",
      loads: [dynamicDnsWorkload(updater)],
      register: (name, { opts }) => ({ resource: new DynamicDns(name, updater, opts) }),
    };
    // While paused nothing is registered at Cloudflare, so that no token is needed.
    return [...(paused ? [] : [atCloudflare]), ...(addresses.length > 0 ? [] : [dynamic])];
  },
});
