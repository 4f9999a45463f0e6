import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Gateway } from "./gateway.ts";
import { renderMetrics } from "./metrics.ts";
import type { Outbox } from "./outbox.ts";
import { renderPage } from "./page/page.ts";
import { style } from "./page/style.ts";
import { passwordCheck } from "./tokens.ts";

/** Answers a GET. */
export type Page = (request: IncomingMessage, response: ServerResponse) => void;

/** Nothing but the page's own style may be loaded, run, framed or sent to. */
const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/**
 * What the gateway shows, by path: the page, `/healthz` and `/metrics`.
 *
 * @param password what who comes through the entrance needs for the page; undefined where the entrance itself
 *   asks. Within the cluster it is open.
 */
export function viewsOf(
  gateway: Gateway,
  outbox: Outbox,
  password: string | undefined,
): Record<string, Page> {
  const mayLook = password === undefined ? () => true : passwordCheck(password);
  return {
    "/": (request, response) => {
      if (isFromOutside(request) && !mayLook(request.headers.authorization)) {
        const challenge = { "www-authenticate": 'Basic realm="sensors", charset="UTF-8"' };
        send(response, 401, "text/plain; charset=utf-8", "the page needs its password\n", challenge);
        return;
      }
      send(response, 200, "text/html; charset=utf-8", renderPage(gateway, outbox), {
        "content-security-policy": contentSecurityPolicy,
        "referrer-policy": "no-referrer",
      });
    },
    "/healthz": (request, response) => {
      const state = isFromOutside(request) ? { status: "ok" } : healthOf(gateway, outbox);
      send(response, 200, "application/json", `${JSON.stringify(state)}\n`);
    },
    "/metrics": (request, response) => {
      // They name rooms and tell when each was heard: for the cluster, not for who comes through the entrance.
      if (isFromOutside(request)) send(response, 404, "text/plain", "");
      else send(response, 200, "text/plain; version=0.0.4; charset=utf-8", renderMetrics(gateway, outbox));
    },
  };
}

/** It is well without an agent too: a restart would lose the readings that it keeps. */
function healthOf({ counters }: Gateway, outbox: Outbox): object {
  return {
    status: "ok",
    dogstatsd: outbox.reachable ? "accepts datagrams" : "accepts no datagrams; the last readings are kept",
    accepted: counters.accepted,
    dropped: counters.dropped,
    refused: Object.fromEntries(Object.entries(counters.refused).filter(([, count]) => count > 0)),
  };
}

function isFromOutside({ headers }: IncomingMessage): boolean {
  return headers["x-forwarded-for"] !== undefined;
}

function send(
  response: ServerResponse,
  status: number,
  type: string,
  body: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, {
    "content-type": type,
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...headers,
  });
  response.end(response.req.method === "HEAD" ? undefined : body);
}
