// Requests over TLS that trust one root alone, from a chosen address. As a program, for requests from elsewhere, it
// takes one as JSON, and prints the answer as JSON, or what the error is.
import { execFile } from "node:child_process";
import type { IncomingHttpHeaders } from "node:http";
import { type Agent, request } from "node:https";
import { isIP } from "node:net";
import type { TLSSocket } from "node:tls";
import { promisify } from "node:util";

/** What came back. */
export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
  /** Serial number of the server's certificate. */
  serial: string;
}

/** A request that another process can make. */
export interface Request {
  /** Whom the certificate must name. */
  host: string;
  /** Default: 443. */
  port?: number;
  /** Where the host is. Default: where DNS says. */
  address?: string;
  path?: string;
  headers?: Record<string, string>;
  method?: string;
  /** PEM; without it no certificate is checked. */
  root?: string;
  /** The client's own address. Default: the system's choice. */
  from?: string;
}

/** One request. Rejects on a certificate that the root does not vouch for, or of another host. */
export function get(options: Request, agent?: Agent): Promise<Answer> {
  const { host, port = 443, address = host, path = "/", headers = {}, method = "GET", root, from } = options;
  const trust = root === undefined ? { rejectUnauthorized: false } : { ca: root };
  // An address is no name that a client may send.
  const name = isIP(host) === 0 ? { servername: host } : {};
  return new Promise((resolve, reject) => {
    const call = request(
      {
        ...trust,
        ...name,
        ...{ host: address, port, path, method, localAddress: from, agent: agent ?? false },
        headers: { ...headers, host: port === 443 ? host : `${host}:${port}` },
      },
      (response) => {
        const { serialNumber: serial } = (response.socket as TLSSocket).getPeerCertificate();
        let body = "";
        response.on("data", (chunk: Buffer) => (body += chunk.toString()));
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body, serial }),
        );
      },
    );
    call.on("error", reject);
    call.end();
  });
}

/**
 * One request, made where `enter` runs commands.
 *
 * @throws an Error with what went wrong there
 */
export async function browse(enter: readonly string[], options: Request): Promise<Answer> {
  const [command, ...args] = [...enter, process.execPath, import.meta.filename, JSON.stringify(options)];
  const { stdout } = await promisify(execFile)(command, args);
  const said = JSON.parse(stdout) as Answer | { error: string };
  if ("error" in said) throw new Error(said.error);
  return said;
}

if (import.meta.main) {
  const options = JSON.parse(process.argv[2] ?? "{}") as Request;
  const said = await get(options).catch((error: unknown) => ({ error: String(error) }));
  console.log(JSON.stringify(said));
}
