import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Metrics } from "../../gateway/metrics.ts";
import { Dogstatsd } from "../../gateway/statsd.ts";
import { startReceiver, type Receiver } from "./receiver.ts";

const reading = { sensor: "bedroom-1", room: "bedroom", temperature: 21.4, humidity: 48.2 };

let receiver: Receiver;
let metrics: Metrics;
let dogstatsd: Dogstatsd;

beforeEach(async () => {
  // What an admission controller of Datadog puts into pods; none of it may reach the wire.
  vi.stubEnv("DD_ENV", "home");
  vi.stubEnv("DD_ENTITY_ID", "e");
  receiver = await startReceiver();
  metrics = new Metrics();
  dogstatsd = new Dogstatsd("127.0.0.1", receiver.port, metrics);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await dogstatsd.close();
  receiver.close();
});

it("sends both gauges of a reading in one datagram", async () => {
  await dogstatsd.send(reading);
  await receiver.received(1);
  expect(receiver.datagrams).toEqual([
    "home.temperature:21.4|g|#sensor:bedroom-1,room:bedroom\nhome.humidity:48.2|g|#sensor:bedroom-1,room:bedroom",
  ]);
  expect(metrics.render()).toContain("datagrams_sent_total 1\n");
  expect(metrics.render()).toContain("datagram_errors_total 0\n");
});

it("sends zero and values below it, and no gauge for what was not measured", async () => {
  await dogstatsd.send({ ...reading, temperature: -7.5, humidity: undefined });
  await dogstatsd.send({ ...reading, temperature: undefined, humidity: 0 });
  await receiver.received(2);
  expect(receiver.datagrams).toEqual([
    "home.temperature:-7.5|g|#sensor:bedroom-1,room:bedroom",
    "home.humidity:0|g|#sensor:bedroom-1,room:bedroom",
  ]);
});

it("keeps readings that come at once in datagrams of their own", async () => {
  await Promise.all([1, 2, 3].map((number) => dogstatsd.send({ ...reading, sensor: `s-${number}` })));
  await receiver.received(3);
  expect(receiver.datagrams.map((datagram) => /s-\d/.exec(datagram)?.[0])).toEqual(["s-1", "s-2", "s-3"]);
});

it("rejects and counts what the kernel refuses", async () => {
  // Larger than a datagram can be.
  const refused = dogstatsd.send({ ...reading, sensor: "s".repeat(70_000), humidity: undefined });
  await expect(refused).rejects.toThrow("EMSGSIZE");
  expect(metrics.render()).toContain("datagrams_sent_total 0\n");
  expect(metrics.render()).toContain("datagram_errors_total 1\n");
});
