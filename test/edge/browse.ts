// Requests over TLS that trust one root alone, from a chosen address.
import type { Agent } from "node:https";
import { request } from "node:https";
import type { IncomingHttpHeaders } from "node:http";
import type { TLSSocket } from "node:tls";

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
  /** Serial of the server's certificate. */
  serial: string;
}

export interface Request {
  host: string;
  port: number;
  path?: string;
  headers?: Record<string, string>;
  method?: string;
  /** PEM; without it no certificate is checked. */
  root?: string;
  /** The client's own address; one of 127.0.0.0/8. */
  from?: string;
  agent?: Agent;
}

/** One request. Rejects on a certificate that the root does not vouch for, or of another host. */
export function get(options: Request): Promise<Answer> {
  const { host, port, path = "/", headers = {}, method = "GET", root, from, agent } = options;
  const trust = root === undefined ? { rejectUnauthorized: false } : { ca: root };
  return new Promise((resolve, reject) => {
    const call = request(
      {
        ...trust,
        ...{
          host: "127.0.0.1",
          port,
          path,
          method,
          servername: host,
          localAddress: from,
          agent: agent ?? false,
        },
        headers: { ...headers, host: `${host}:${port}` },
      },
      (response) => {
        const { serialNumber: serial } = (response.socket as TLSSocket).getPeerCertificate();
        let body = "";
        response.on("data", (chunk: Buffer) => (body += chunk.toString()));
        response.on("end", () =>
          resolve({ status: response.statusCode!, headers: response.headers, body, serial }),
        );
      },
    );
    call.on("error", reject);
    call.end();
  });
}

/** The header of basic authentication. */
export function basic(user: string, password: string): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` };
}
