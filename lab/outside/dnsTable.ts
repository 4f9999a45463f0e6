// What the internet's name servers know.
import type { CloudflareApi } from "./cloudflareApi.ts";
import type { DnsRecord } from "./dnsServer.ts";

/** Records of DNS: those that are set here, and those of the zone at Cloudflare. */
export class DnsTable {
  readonly #cloudflare: CloudflareApi;
  #own: DnsRecord[] = [];

  constructor(cloudflare: CloudflareApi) {
    this.#cloudflare = cloudflare;
  }

  /** Replaces a name's records of a type, by none if there is no content. They hold from the next question on. */
  set(name: string, type: "A" | "CNAME" | "TXT", ...contents: string[]): void {
    const others = this.#own.filter((record) => record.name !== name || record.type !== type);
    this.#own = [...others, ...contents.map((content) => ({ name, type, content }))];
  }

  get records(): DnsRecord[] {
    return [...this.#own, ...this.#cloudflare.records.map(unquoted)];
  }
}

/** At Cloudflare a text stands in quotes. */
function unquoted({ name, type, content }: DnsRecord): DnsRecord {
  return { name, type, content: type === "TXT" ? content.replaceAll('"', "") : content };
}
