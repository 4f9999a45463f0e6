import { createSocket } from "node:dgram";
import { Agent, request as httpRequest } from "node:http";
import { connect } from "node:net";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ask, device, post, tokenOf } from "./gatewayOf.ts";
import { malformedDatagram, type MalformedRequest, malformedRequest } from "./malformed.ts";
import { startGatewayProcess, type GatewayProcess } from "./process.ts";
import { startReceiver, type Receiver } from "./receiver.ts";

const good = Array.from({ length: 40 }, (_, i) => device({ sensor: `good-${i}` }));
const devices = [...good, device({ sensor: "victim" }), device({ sensor: "victim-udp", transport: "udp" })];
const seed = Math.trunc(Math.random() * 2 ** 31);

let receiver: Receiver;
let gateway: GatewayProcess;

beforeEach(async () => {
  receiver = await startReceiver();
  gateway = await startGatewayProcess(devices, receiver.port);
});
afterEach(async () => {
  await gateway.stop();
  receiver.close();
});

const readings = () =>
  receiver.datagrams.flatMap((each) => each.split("\n")).filter((line) => !line.startsWith("home.sensor."));

async function refused(): Promise<number> {
  const { body } = await ask(gateway.httpPort, "/metrics");
  const counts = body.matchAll(/^sensor_gateway_readings_rejected_total\{.*\} (\d+)$/gm);
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
}

/** Sends a request whose headers may be such as Node's own client refuses to send. */
function send(
  { method, path, headers, body }: MalformedRequest,
  agent: Agent,
  localAddress: string,
): Promise<number> {
  return new Promise((resolve) => {
    const options = { host: "127.0.0.1", port: gateway.httpPort, method, path, headers, agent, localAddress };
    const request = httpRequest(options, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode ?? 0));
      response.on("error", () => resolve(0));
    });
    // A gateway that has refused need not read the rest.
    request.on("error", () => resolve(0));
    request.end(body);
  });
}

describe("100,000 malformed requests and datagrams", () => {
  const [requests, datagrams] = [30_000, 70_000];

  it(`neither end it, nor grow it beyond 64 MiB, nor reach DogStatsD (seed ${seed})`, async () => {
    const statuses = new Map<number, number>();
    const all = fc.sample(malformedRequest, { numRuns: requests, seed });
    const workers = Array.from({ length: 6 }, async (_, worker) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      for (let i = worker; i < all.length; i += 6) {
        const status = await send(all[i]!, agent, `127.0.1.${worker + 1}`);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
      agent.destroy();
    });
    const socket = createSocket("udp4");
    const floods = (async () => {
      let sent = 0;
      for (const datagram of fc.sample(malformedDatagram, { numRuns: datagrams, seed })) {
        await new Promise((resolve) => socket.send(datagram, gateway.statsdPort, "127.0.0.1", resolve));
        // The kernel holds some hundreds for a gateway that is busy.
        if (++sent % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      }
    })();
    await Promise.all([...workers, floods]);
    socket.close();

    expect([...statuses.keys()].filter((status) => status !== 0 && (status < 400 || status >= 500))).toEqual(
      [],
    );
    for (const status of [400, 401, 403, 404, 413, 415, 422])
      expect(statuses.get(status), String(status)).toBeGreaterThan(10);
    // Requests to other paths are answered and not counted; some datagrams may have been lost in the kernel.
    expect(await refused()).toBeGreaterThan(0.8 * requests + 0.5 * datagrams);
    expect(gateway.child.exitCode).toBeNull();
    expect(gateway.peak()).toBeLessThan(64);
    expect(readings()).toEqual([]);
    expect((await ask(gateway.httpPort, "/metrics")).body).toContain(
      "sensor_gateway_readings_accepted_total 0\n",
    );
    // Nothing of what was sent is on the page as markup.
    expect((await ask(gateway.httpPort, "/")).body).not.toMatch(/<script|onerror=/i);
    expect((await post(gateway.httpPort, { temperature: 20 }, { sensor: "good-0" })).status).toBe(204);
  }, 300_000);
});

describe("others are served while", () => {
  /** Posts a reading for each good device, each once, as devices in other places do. */
  async function othersPost(): Promise<number[]> {
    const answers = [];
    for (const { sensor } of good) {
      answers.push(
        (
          await post(
            gateway.httpPort,
            { temperature: 20, humidity: 50 },
            { sensor, localAddress: "127.0.0.9" },
          )
        ).status,
      );
    }
    return answers;
  }
  const allTaken = good.map(() => 204);

  /** Runs an attack until the others are through. */
  async function during(attack: (isOver: () => boolean) => Promise<void>[]): Promise<void> {
    let over = false;
    const attacks = attack(() => over);
    try {
      expect(await othersPost()).toEqual(allTaken);
    } finally {
      over = true;
      await Promise.all(attacks);
    }
    expect(gateway.peak()).toBeLessThan(64);
  }

  /** Keeps sending one request, on 8 connections of one address. */
  const flood = (request: MalformedRequest) =>
    during((isOver) =>
      Array.from({ length: 8 }, async () => {
        const agent = new Agent({ keepAlive: true, maxSockets: 1 });
        while (!isOver()) await send(request, agent, "127.0.0.2");
        agent.destroy();
      }),
    );
  const posted = (headers: Record<string, string>, body: string) => ({
    method: "POST",
    path: "/readings",
    headers,
    body,
  });
  const json = { authorization: `Bearer ${tokenOf("victim")}`, "content-type": "application/json" };

  it("one floods with a wrong token", () => flood(posted({ ...json, authorization: "Bearer x" }, "{}")));
  it("one sends bodies that are too large", () => flood(posted(json, " ".repeat(1_000_000))));
  it("one device floods with good readings", async () => {
    await flood(posted(json, '{"temperature": 20}'));
    const health = (await ask(gateway.httpPort, "/healthz")).body;
    expect(health).toMatch(/"too_soon":|"too_many_requests":/);
  });

  it("one floods with datagrams", () =>
    during((isOver) => [
      (async () => {
        const socket = createSocket("udp4");
        while (!isOver()) {
          for (let i = 0; i < 20; i++)
            socket.send("victim-udp.temperature:20|g\n", gateway.statsdPort, "127.0.0.1");
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
        await new Promise<void>((resolve) => socket.close(resolve));
      })(),
    ]));

  it("one holds 300 connections open and dribbles", async () => {
    const head = `POST /readings HTTP/1.1\r\nHost: s\r\nAuthorization: ${json.authorization}\r\nContent-Type: application/json\r\n`;
    const beginnings = ["", "P", head, `${head}Content-Length: 100\r\n\r\n{`];
    const sockets = Array.from({ length: 300 }, (_, i) => {
      const socket = connect({ port: gateway.httpPort, host: "127.0.0.1", localAddress: "127.0.0.2" });
      socket.on("error", () => undefined).resume();
      socket.write(beginnings[i % beginnings.length]!);
      return socket;
    });
    await during((isOver) => [
      (async () => {
        while (!isOver()) {
          for (const socket of sockets) if (socket.writable) socket.write(" ");
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      })(),
    ]);
    // Whoever is slow is cut off, and counted.
    while (sockets.some((socket) => !socket.closed)) await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await ask(gateway.httpPort, "/healthz")).body).toContain('"too_slow":');
  }, 30_000);
});
