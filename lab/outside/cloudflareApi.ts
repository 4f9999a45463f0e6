// Cloudflare as programs see it: its API, and its page that tells one's own address.
import type { IncomingMessage, ServerResponse } from "node:http";

/** A record as the API has it. */
export interface StoredRecord {
  id: string;
  name: string;
  type: string;
  content: string;
  ttl: number;
  proxied: boolean;
  comment: string | null;
}

/** What the next request meets instead of an answer. */
export type Trouble = 429 | 500 | "no answer";

export const zoneId = "0123456789abcdef0123456789abcdef";

/** The API for one zone. A request without the right token is refused as Cloudflare does. */
export class CloudflareApi {
  readonly zone = "example.com";
  readonly token = "T".repeat(40);
  #isRevoked = false;
  records: StoredRecord[] = [];
  /** `METHOD path` of each request that was answered. */
  readonly requests: string[] = [];
  readonly trouble: Trouble[] = [];
  /** What the home's address is. Default: where the request comes from. */
  address: string | undefined;
  #next = 1;

  put(record: Omit<StoredRecord, "id">): StoredRecord {
    const stored = { ...record, id: String(this.#next++).padStart(32, "0") };
    this.records.push(stored);
    return stored;
  }

  /** From now on the token is worth nothing. */
  revoke(): void {
    this.#isRevoked = true;
  }

  /** Answers a request, however it came. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://api.cloudflare.com");
    const body = await bodyOf(request);
    const trouble = this.trouble.shift();
    if (trouble === "no answer") return void setTimeout(() => request.destroy(), 1500);
    if (trouble !== undefined) {
      response.writeHead(trouble, { "Retry-After": "1", "Content-Type": "application/json" });
      return void response.end(
        JSON.stringify({ success: false, errors: [{ code: trouble, message: "trouble" }] }),
      );
    }
    if (url.pathname === "/cdn-cgi/trace") {
      const address = this.address ?? request.socket.remoteAddress;
      return void response.end(`fl=1\nip=${address ?? ""}\nts=1\n`);
    }
    this.requests.push(`${request.method} ${url.pathname}`);
    const { status, result } = this.#answer(request, url, body);
    response.writeHead(status, { "Content-Type": "application/json" });
    const page = { page: 1, per_page: 5000, total_pages: 1 };
    const count = Array.isArray(result) ? result.length : 1;
    response.end(
      JSON.stringify(
        status === 200
          ? {
              success: true,
              errors: [],
              messages: [],
              result,
              result_info: { ...page, count, total_count: count },
            }
          : { success: false, errors: [result], messages: [], result: null },
      ),
    );
  }

  #answer(
    request: IncomingMessage,
    url: URL,
    body: Partial<StoredRecord>,
  ): { status: number; result: unknown } {
    const method = request.method ?? "GET";
    const path = url.pathname.replace(/^\/client\/v4/, "");
    if (this.#isRevoked || request.headers.authorization !== `Bearer ${this.token}`)
      return { status: 403, result: { code: 9109, message: "Invalid access token" } };
    if (path === "/user/tokens/verify") return ok({ id: "t", status: "active" });
    const zone = {
      id: zoneId,
      name: this.zone,
      status: "active",
      account: { id: "a".repeat(32), name: "home" },
    };
    if (path === "/zones") return ok((url.searchParams.get("name") ?? this.zone) === this.zone ? [zone] : []);
    if (path === `/zones/${zoneId}`) return ok(zone);
    const [, id] = /^\/zones\/\w+\/dns_records(?:\/(\w+))?$/.exec(path) ?? [];
    if (!path.startsWith(`/zones/${zoneId}/dns_records`)) return missing();
    if (id === undefined) return method === "POST" ? this.#create(body) : ok(this.#find(url.searchParams));
    const found = this.records.find((record) => record.id === id);
    if (!found) return missing();
    if (method === "DELETE") this.records = this.records.filter((record) => record !== found);
    if (method === "PATCH" || method === "PUT") Object.assign(found, body);
    return ok(found);
  }

  #create(body: Partial<StoredRecord>) {
    const { name = "", type = "", content = "" } = body;
    const clashes = this.records.some(
      (other) =>
        other.name === name &&
        (type === "CNAME" || other.type === "CNAME" || (other.type === type && other.content === content)),
    );
    if (clashes)
      return { status: 400, result: { code: 81053, message: "A record with that host already exists." } };
    return ok(this.put({ ttl: 1, proxied: false, comment: null, ...body, name, type, content }));
  }

  #find(query: URLSearchParams): StoredRecord[] {
    const wanted = (key: "name" | "type" | "content") => query.get(key) ?? query.get(`${key}.exact`);
    return this.records.filter((record) =>
      (["name", "type", "content"] as const).every((key) => (wanted(key) ?? record[key]) === record[key]),
    );
  }
}

const ok = (result: unknown) => ({ status: 200, result });
const missing = () => ({ status: 404, result: { code: 7003, message: "Could not route" } });

async function bodyOf(request: IncomingMessage): Promise<Partial<StoredRecord>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return text.startsWith("{") ? (JSON.parse(text) as Partial<StoredRecord>) : {};
}
