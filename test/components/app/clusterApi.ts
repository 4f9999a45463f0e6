import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";

/** The kinds that it has, by their names in paths. */
const kinds = { namespaces: "Namespace", configmaps: "ConfigMap", secrets: "Secret" };
const resources = Object.entries(kinds).map(([name, kind]) => {
  const verbs = ["create", "delete", "get", "list", "watch"];
  return { name, kind, singularName: "", namespaced: kind !== "Namespace", verbs };
});
/** What it says of itself, by path. */
const itself: Readonly<Record<string, object>> = {
  "/version": { major: "1", minor: "36", gitVersion: "v1.36.3" },
  "/api": { kind: "APIVersions", versions: ["v1"] },
  "/apis": { kind: "APIGroupList", apiVersion: "v1", groups: [] },
  "/api/v1": { kind: "APIResourceList", groupVersion: "v1", resources },
};
const list = { apiVersion: "v1", kind: "List", metadata: { resourceVersion: "1" }, items: [] };
const notFound = { apiVersion: "v1", kind: "Status", status: "Failure", reason: "NotFound", code: 404 };

/** As much of an API server as Pulumi's provider needs to create and delete objects that it does not find. */
export class ClusterApi {
  /** What was asked for besides reading, and the answer: `DELETE /api/v1/namespaces/a 404`. */
  readonly requests: string[] = [];
  /** Milliseconds that it takes to describe itself, as on a board that has just started it. */
  reflection = 0;
  readonly #objects = new Map<string, object>();
  readonly #server: Server = createServer((request, response) => {
    this.#serve(request, response).catch((error: unknown) => response.destroy(error as Error));
  });

  /** On loopback. */
  static async start(): Promise<ClusterApi> {
    const api = new ClusterApi();
    api.#server.listen(0, "127.0.0.1");
    await once(api.#server, "listening");
    return api;
  }

  /** Paths of the objects that it has, sorted. */
  get objects(): string[] {
    return [...this.#objects.keys()].toSorted();
  }

  get kubeconfig(): string {
    const { port } = this.#server.address() as AddressInfo;
    const name = "cluster";
    return stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name, cluster: { server: `http://127.0.0.1:${port}` } }],
      users: [{ name, user: {} }],
      contexts: [{ name, context: { cluster: name, user: name } }],
      "current-context": name,
    });
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://api");
    if (pathname === "/openapi/v2") {
      await sleep(this.reflection);
      // An empty schema, as the server itself encodes it.
      response.writeHead(200, {
        "content-type": "application/com.github.proto-openapi.spec.v2.v1.0+protobuf",
      });
      response.end();
      return;
    }
    if (searchParams.has("watch")) {
      // Nothing ever happens, and what is there is to be listed first.
      if (searchParams.has("sendInitialEvents")) response.writeHead(400).end();
      else response.writeHead(200, { "content-type": "application/json" }).flushHeaders();
      return;
    }
    const [status, body] = await this.#answer(request, pathname);
    if (request.method !== "GET") this.requests.push(`${request.method} ${pathname} ${status}`);
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  }

  async #answer(request: IncomingMessage, pathname: string): Promise<[number, object]> {
    const isKind = (pathname.split("/").at(-1) ?? "") in kinds;
    const object = itself[pathname] ?? this.#objects.get(pathname) ?? (isKind ? list : undefined);
    if (request.method === "GET") return object ? [200, object] : [404, notFound];
    if (request.method === "DELETE")
      return this.#objects.delete(pathname) ? [200, object ?? {}] : [404, notFound];
    if (request.method !== "POST") throw new Error(`nobody was to ${request.method} ${pathname}`);
    const given = (await json(request)) as { metadata: object & { name: string } };
    const metadata = { ...given.metadata, uid: "1", resourceVersion: "1" };
    this.#objects.set(`${pathname}/${metadata.name}`, { ...given, metadata });
    return [201, { ...given, metadata }];
  }
}
