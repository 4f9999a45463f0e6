// Requests over TLS to this machine, whatever the host.
import type { Agent } from "node:https";
import { type Answer, get as getFrom, type Request as RequestTo } from "../../lab/outside/browse.ts";

export type { Answer };

export interface Request extends RequestTo {
  port: number;
  agent?: Agent;
}

/** One request. Rejects on a certificate that the root does not vouch for, or of another host. */
export function get({ agent, ...request }: Request): Promise<Answer> {
  return getFrom({ address: "127.0.0.1", ...request }, agent);
}

/** The header of basic authentication. */
export function basic(user: string, password: string): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` };
}
