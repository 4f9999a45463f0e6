import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

type Document = Record<string, unknown>;

/** Stands for Datadog's API as far as dashboards and monitors need it: it keeps what it is given. */
export interface DatadogApi {
  readonly url: string;
  readonly dashboards: ReadonlyMap<string, Document>;
  readonly monitors: ReadonlyMap<string, Document>;
  /** How often a monitor was sent for validation alone. */
  readonly validated: () => number;
  /** Requests without the right keys, or that are not known. */
  readonly refused: readonly string[];
  close(): void;
}

/** Starts it on 127.0.0.1. */
export async function startDatadogApi(keys: { apiKey: string; appKey: string }): Promise<DatadogApi> {
  const kept = { dashboard: new Map<string, Document>(), monitor: new Map<string, Document>() };
  const refused: string[] = [];
  let validated = 0;
  let last = 1000;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const reply = (status: number, body: unknown) => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    const { method = "", url = "", headers } = request;
    const [, kind, id] = /^\/api\/v1\/(dashboard|monitor)(?:\/([\w-]+))?/.exec(url) ?? [];
    const hasKeys = headers["dd-api-key"] === keys.apiKey && headers["dd-application-key"] === keys.appKey;
    if (!hasKeys || (kind !== "dashboard" && kind !== "monitor")) {
      refused.push(`${method} ${url}`);
      reply(403, { errors: ["Forbidden"] });
      return;
    }
    const documents = kept[kind];
    if (method === "GET") {
      if (id !== undefined && documents.has(id)) reply(200, documents.get(id));
      else reply(404, { errors: ["not found"] });
    } else if (method === "DELETE") {
      documents.delete(id ?? "");
      reply(200, { deleted: id });
    } else if (id === "validate") {
      validated += 1;
      reply(200, {});
    } else {
      const given = (await json(request)) as Document;
      const key = id ?? String((last += 1));
      // Datadog numbers monitors, and gives dashboards a name.
      const document = { ...given, id: kind === "monitor" ? Number(key) : key, url: `/dashboard/${key}` };
      documents.set(key, document);
      reply(200, document);
    }
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    dashboards: kept.dashboard,
    monitors: kept.monitor,
    validated: () => validated,
    refused,
    close: () => server.close(),
  };
}
