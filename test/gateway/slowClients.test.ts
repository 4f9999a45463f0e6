import { once } from "node:events";
import { connect, type AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Metrics } from "../../gateway/metrics.ts";
import { createServer } from "../../gateway/server.ts";

const token = "0123456789abcdef0123456789abcdef";
const headers = `POST /readings HTTP/1.1\r\nHost: sensors\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\n`;

let metrics: Metrics;
let server: ReturnType<typeof createServer>;
let port: number;

beforeEach(async () => {
  metrics = new Metrics();
  const dogstatsd = { send: () => Promise.resolve() };
  server = createServer({ token, dogstatsd, metrics, log: () => undefined });
  await server.listen({ host: "127.0.0.1", port: 0 });
  port = (server.server.address() as AddressInfo).port;
});

afterEach(() => server.close());

/** Sends a beginning and then a byte each 200 ms; gives what came back once the server hung up. */
async function dribble(beginning: string, byte: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  await once(socket, "connect");
  socket.write(beginning);
  const timer = setInterval(() => socket.write(byte), 200);
  try {
    return await text(socket);
  } catch {
    return "reset";
  } finally {
    clearInterval(timer);
  }
}

it("cuts off who is slow, and serves others meanwhile", async () => {
  const started = performance.now();
  const slow = Promise.all([
    dribble("", ""),
    dribble(headers, "X"),
    dribble(`${headers}Content-Length: 100\r\n\r\n{"sensor":`, " "),
  ]);
  let finished = false;
  void slow.then(() => (finished = true));

  let served = 0;
  while (performance.now() - started < 3_000) {
    const response = await fetch(`http://127.0.0.1:${port}/readings`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ sensor: "bedroom-1", room: "bedroom", temperature: 21.4 }),
      signal: AbortSignal.timeout(1_000),
    });
    expect(response.status).toBe(204);
    served += 1;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(finished).toBe(false);

  const answers = await slow;
  expect(performance.now() - started).toBeLessThan(8_000);
  for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  expect(metrics.render()).toContain('rejected_total{reason="too_slow"} 3\n');
  expect(metrics.render()).toContain('rejected_total{reason="malformed"} 0\n');
  expect(metrics.render()).toContain(`readings_accepted_total ${served}\n`);
});
