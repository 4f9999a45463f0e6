import { createServer as createHttpServer, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { OwnCertificate } from "../../lab/outside/certificate.ts";
import type { CloudflareApi } from "../../lab/outside/cloudflareApi.ts";

/** A proxy that takes every https connection to Cloudflare's loopback API, for a program that knows only one. */
export class CloudflareProxy {
  readonly #proxy: Server;

  constructor(api: CloudflareApi, { certificate, key }: OwnCertificate) {
    const https = createHttpsServer({ cert: certificate, key }, (request, response) => {
      void api.serve(request, response);
    });
    this.#proxy = createHttpServer();
    this.#proxy.on("connect", (_request, socket) => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      https.emit("connection", socket);
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#proxy.listen(0, "127.0.0.1", resolve));
  }
  stop(): void {
    this.#proxy.close();
    this.#proxy.closeAllConnections();
  }
  get url(): string {
    return `http://127.0.0.1:${(this.#proxy.address() as AddressInfo).port}`;
  }
}
