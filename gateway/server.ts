import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply } from "fastify";
import { bearerCheck } from "./bearer.ts";
import type { Metrics } from "./metrics.ts";
import { parseReading, type Reading } from "./readings.ts";
import { Rejection, rejectionStatus } from "./rejection.ts";

/** What the server works with. */
export interface Dependencies {
  /** The token that a device must present. */
  readonly token: string;
  /** Where readings go. */
  readonly dogstatsd: { send(reading: Reading): Promise<void> };
  readonly metrics: Metrics;
  /** Takes one line for each refused reading of a device that has the token. */
  readonly log: (line: string) => void;
}

/** Largest body in bytes. A reading has about 100. */
const bodyLimit = 4096;
/** Milliseconds in which a request must be whole: headers and body of a reading fit in one packet. */
const requestTimeout = 5_000;
/** Connections at once. Traefik shares a few among all devices; each costs some KiB. */
const maxConnections = 128;

/** Keeps Fastify from loading its compilers of JSON Schema, some MiB that the gateway has no use for. */
function noJsonSchema(): never {
  throw new Error("the gateway's routes have no JSON Schema");
}

/** Builds the HTTP server. It listens to nothing yet. */
export function createServer({ token, dogstatsd, metrics, log }: Dependencies): FastifyInstance {
  const server = Fastify({
    bodyLimit,
    requestTimeout,
    // Longer than the 90 s for which Traefik keeps an idle connection: whoever closes first must not be the
    // one that a request is already on its way to.
    keepAliveTimeout: 95_000,
    // Node looks for overdue connections every 30 s unless told otherwise.
    http: { headersTimeout: requestTimeout, connectionsCheckingInterval: 1_000 },
    schemaController: { compilersFactory: { buildValidator: noJsonSchema, buildSerializer: noJsonSchema } },
  });
  // Fastify takes it by default.
  server.removeContentTypeParser("text/plain");
  server.server.maxConnections = maxConnections;
  server.server.on("clientError", ({ code }: NodeJS.ErrnoException) => {
    if (code === "ERR_HTTP_REQUEST_TIMEOUT") metrics.rejected("too_slow");
  });

  closeConnectionsAtShutdown(server);

  const authorized = bearerCheck(token);
  server.post(
    "/readings",
    {
      // Before the body is read: whoever has no token makes no work.
      onRequest: (request, _reply, done) => {
        if (authorized(request.headers.authorization)) done();
        else done(new Rejection("unauthorized", ["the Authorization header must be: Bearer <the token>"]));
      },
      errorHandler: (error, _request, reply) => {
        refuse(error, reply);
      },
    },
    async (request, reply) => {
      await accept(parseReading(request.body));
      return reply.code(204).send();
    },
  );

  server.get("/healthz", (_request, reply) => reply.send({ status: "ok" }));

  server.get("/metrics", (request, reply) => {
    // They name rooms and tell when each was heard: for the cluster, not for who comes through the entrance.
    if (request.headers["x-forwarded-for"] === undefined) {
      reply.type("text/plain; version=0.0.4; charset=utf-8").send(metrics.render());
    } else {
      reply.callNotFound();
    }
  });

  return server;

  async function accept(reading: Reading): Promise<void> {
    if (!metrics.heard(reading, Date.now())) {
      throw new Rejection("too_many_sensors", [
        `${reading.sensor} in ${reading.room} is one sensor more than the gateway keeps apart; restart it to forget old ones`,
      ]);
    }
    try {
      await dogstatsd.send(reading);
    } catch (error) {
      throw new Rejection("not_sent", [`DogStatsD could not be reached: ${(error as Error).message}`]);
    }
    metrics.accepted();
  }

  function refuse(error: FastifyError | Rejection, reply: FastifyReply): void {
    if ("code" in error && error.code === "ECONNRESET") {
      // The device hung up, or was cut off and is counted above. Nobody is left to answer.
      reply.send();
      return;
    }
    const rejection = error instanceof Rejection ? error : rejectionOf(error);
    if (rejection === undefined) {
      log(`failed on a reading: ${error.stack ?? error.message}`);
      throw error;
    }
    const { reason, faults } = rejection;
    metrics.rejected(reason);
    if (reason === "unauthorized") reply.header("www-authenticate", "Bearer");
    else log(`refused a reading: ${reason} ${JSON.stringify(faults)}`);
    reply.code(rejectionStatus[reason]).send({ error: reason, faults });
  }
}

/** Ends each connection with its answer once the server closes; an open one would hold that up. */
function closeConnectionsAtShutdown(server: FastifyInstance): void {
  let closing = false;
  server.addHook("preClose", (done) => {
    closing = true;
    done();
  });
  server.addHook("onSend", (_request, reply, payload, done) => {
    if (closing) reply.header("connection", "close");
    done(null, payload);
  });
}

/** What Fastify found wrong with a body; undefined where the gateway itself is at fault. */
function rejectionOf({ code, statusCode, message }: FastifyError): Rejection | undefined {
  switch (code) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return new Rejection("too_large", [`the body must be ${bodyLimit} bytes at most`]);
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return new Rejection("unsupported_media_type", ["the Content-Type must be application/json"]);
    default:
      return statusCode === 400 ? new Rejection("malformed", [message]) : undefined;
  }
}
