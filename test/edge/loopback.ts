// Servers of the internet on loopback, where tests run them.
import { createSocket } from "node:dgram";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { CloudflareApi } from "../../lab/outside/cloudflareApi.ts";
import type { DnsServer } from "../../lab/outside/dnsServer.ts";

/** Cloudflare's API without https. */
export class LoopbackCloudflare extends CloudflareApi {
  override address: string | undefined = "203.0.113.7";
  readonly #server = createHttpServer((request, response) => void this.serve(request, response));

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }
  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/client/v4`;
  }
}

/** Where a DNS server answers. */
export class LoopbackDns {
  readonly #socket = createSocket("udp4");
  readonly #streams = createServer();

  async start(dns: DnsServer): Promise<void> {
    await new Promise<void>((resolve) => this.#streams.listen(0, "127.0.0.1", resolve));
    const { port } = this.#streams.address() as AddressInfo;
    await new Promise<void>((resolve) => this.#socket.bind(port, "127.0.0.1", resolve));
    dns.serve(this.#socket, this.#streams);
  }
  stop(): void {
    this.#socket.close();
    this.#streams.close();
  }
  get address(): string {
    return `127.0.0.1:${this.#socket.address().port}`;
  }
}
