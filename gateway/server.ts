import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { Socket } from "node:net";
import { parseBody, type Posted, readBody } from "./body.ts";
import { boundConnections } from "./connections.ts";
import { shortestInterval } from "./plausible.ts";
import type { Gateway } from "./gateway.ts";
import { Refusal, refusals } from "./refusal.ts";
import type { Sensor } from "./sensor.ts";
import { sensorByToken } from "./tokens.ts";
import type { Page } from "./views.ts";

/** Milliseconds in which a request must be whole: headers and body of a reading fit in one packet. */
const requestTimeout = 5_000;
/** Connections at once. Traefik shares a few among all devices; each costs some KiB. */
const maxConnections = 128;
/** Requests for readings that one address may have under way. A device has one. */
const maxPending = 4;

/** What the server works with. */
export interface Dependencies {
  readonly gateway: Gateway;
  /** The token of each sensor that uses HTTP. */
  readonly tokens: Readonly<Record<string, string>>;
  /** What it shows to people and probes, by path. */
  readonly pages: Readonly<Record<string, Page>>;
  /** Takes one line for each failure of the gateway itself. */
  readonly log: (line: string) => void;
}

/** Builds the HTTP server. It listens to nothing yet. */
export function createServer({ gateway, tokens, pages, log }: Dependencies): Server {
  const server = createHttpServer({
    requestTimeout,
    headersTimeout: requestTimeout,
    // Node looks for overdue connections every 30 s unless told otherwise.
    connectionsCheckingInterval: 1_000,
    // Longer than the 90 s for which Traefik keeps an idle connection: whoever closes first must not be the
    // one that a request is already on its way to.
    keepAliveTimeout: 95_000,
    maxHeaderSize: 8_192,
  });
  boundConnections(server, maxConnections);
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
    const refusal = refusalOf(error);
    if (refusal) gateway.refuse(refusal, socket.remoteAddress ?? "");
    if (refusal && socket.writable) {
      socket.write(`HTTP/1.1 ${refusals[refusal.reason]} ${refusal.reason}\r\nConnection: close\r\n\r\n`);
    }
    // Not `end`: whoever does not hang up in turn would hold the connection.
    socket.destroySoon();
  });

  const takeReading = readingTaker(gateway, tokens);
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    const path = (request.url ?? "").split("?", 1)[0] ?? "";
    const page = pages[path];
    if (!server.listening) response.setHeader("connection", "close");
    if (path === "/readings") {
      if (request.method !== "POST") answer(response, 405, { allow: "POST" });
      else
        takeReading(request, response).catch((error: unknown) => {
          log(`failed on a reading: ${error instanceof Error ? String(error.stack) : String(error)}`);
          if (!response.headersSent) answer(response, 500, { connection: "close" });
        });
    } else if (page === undefined) answer(response, 404);
    else if (request.method !== "GET" && request.method !== "HEAD")
      answer(response, 405, { allow: "GET, HEAD" });
    else page(request, response);
  });
  return server;
}

function readingTaker(gateway: Gateway, tokens: Dependencies["tokens"]) {
  const sensorOf = rememberedByConnection(sensorByToken(gateway.sensors, tokens));
  const pending = new Map<string, number>();

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const source = sourceOf(request);
    const others = pending.get(source) ?? 0;
    pending.set(source, others + 1);
    response.once("close", () => {
      const left = (pending.get(source) ?? 1) - 1;
      if (left > 0) pending.set(source, left);
      else pending.delete(source);
    });
    const sensor = sensorOf(request);
    let posted;
    try {
      checkBeforeBody(request, sensor, others);
      posted = await postedBy(sensor, request);
    } catch (error) {
      if (error instanceof Refusal) gateway.refuse(error, source, sensor);
      refuseOrThrow(error, response);
      return;
    }
    try {
      if (posted !== undefined) gateway.take(sensor, posted, source);
      if (!response.destroyed) response.writeHead(204).end();
    } catch (error) {
      refuseOrThrow(error, response);
    }
  };
}

/** What needs no body, so that whoever may not send makes no work. */
function checkBeforeBody(
  request: IncomingMessage,
  sensor: Sensor | undefined,
  others: number,
): asserts sensor is Sensor {
  if (others >= maxPending)
    throw new Refusal("too_many_requests", `${maxPending} requests are already in progress`);
  if (sensor === undefined) {
    throw new Refusal("unauthorized", "the Authorization header must be: Bearer <the device's token>");
  }
  if (sensor.device.transport !== "http") {
    throw new Refusal("wrong_transport", `${sensor.device.sensor} is configured for UDP`);
  }
  const [type] = (request.headers["content-type"] ?? "").split(";", 1);
  if (type?.trim().toLowerCase() !== "application/json") {
    throw new Refusal("unsupported_media_type", "the Content-Type must be application/json");
  }
}

/** Undefined where the client hung up, or was cut off and is counted for that. */
async function postedBy({ device }: Sensor, request: IncomingMessage): Promise<Posted | undefined> {
  const text = await readBody(request);
  const posted = text === undefined ? undefined : parseBody(text);
  if (posted?.sensor !== undefined && posted.sensor !== device.sensor) {
    throw new Refusal("wrong_sensor", `the token belongs to ${device.sensor}`);
  }
  return posted;
}

/** A device says the same on its connection each time: what that means need be found out once. */
function rememberedByConnection(sensorOf: ReturnType<typeof sensorByToken>) {
  const known = new WeakMap<Socket, { readonly authorization: string; readonly sensor: Sensor }>();
  return ({ headers: { authorization }, socket }: IncomingMessage): Sensor | undefined => {
    const before = known.get(socket);
    if (authorization !== undefined && before?.authorization === authorization) return before.sensor;
    const sensor = sensorOf(authorization);
    if (authorization !== undefined && sensor !== undefined) known.set(socket, { authorization, sensor });
    return sensor;
  };
}

function refuseOrThrow(error: unknown, response: ServerResponse): void {
  if (!(error instanceof Refusal)) throw error;
  const { reason, message } = error;
  const headers = {
    "content-type": "application/json",
    ...(reason === "unauthorized" && { "www-authenticate": "Bearer" }),
    ...(reason === "too_soon" && { "retry-after": String(shortestInterval) }),
    // What is left of the body is not read.
    ...(!response.req.complete && { connection: "close" }),
  };
  answer(response, refusals[reason], headers, JSON.stringify({ error: reason, fault: message }));
}

function answer(
  response: ServerResponse,
  status: number,
  headers: Record<string, string> = {},
  body = "",
): void {
  if (response.destroyed) return;
  response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) }).end(body);
}

/** Traefik says last who asked it; devices within the cluster's reach are who they are. */
function sourceOf({ headers, socket }: IncomingMessage): string {
  const forwarded = headers["x-forwarded-for"];
  const last = typeof forwarded === "string" ? forwarded.split(",").at(-1)?.trim() : undefined;
  return (last ?? socket.remoteAddress ?? "").slice(0, 45);
}

/** What Node found wrong with a request; undefined where the client only hung up. */
function refusalOf({ code = "" }: NodeJS.ErrnoException): Refusal | undefined {
  if (code === "ERR_HTTP_REQUEST_TIMEOUT")
    return new Refusal("too_slow", "the request was not complete in time");
  if (code === "HPE_HEADER_OVERFLOW") return new Refusal("too_large", "the headers are too large");
  return code.startsWith("HPE_") ? new Refusal("malformed", "the request is not HTTP") : undefined;
}
