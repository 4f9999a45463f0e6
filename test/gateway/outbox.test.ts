import { createSocket } from "node:dgram";
import { once } from "node:events";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { device, gatewayOf, stillClock, type TestGateway } from "./gatewayOf.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "setInterval", "clearTimeout", "clearInterval"] });
});
afterEach(() => void vi.useRealTimers());

/** An agent that can go and come back at its port. */
async function agentAt(port = 0) {
  const lines: string[] = [];
  const sizes: number[] = [];
  const socket = createSocket("udp4", (message) => {
    sizes.push(message.length);
    lines.push(...message.toString().split("\n").filter(Boolean));
  });
  socket.bind(port, "127.0.0.1");
  await once(socket, "listening");
  return { port: socket.address().port, lines, sizes, close: () => socket.close() };
}

let clock: ReturnType<typeof stillClock>;
beforeEach(() => (clock = stillClock()));

/** Lets time pass, with the datagrams and the kernel's errors of that time. */
async function pass(seconds: number): Promise<void> {
  for (let tenth = 0; tenth < seconds * 10; tenth++) {
    clock.move(0.1);
    await vi.advanceTimersByTimeAsync(100);
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
}

const temperatureOf = (lines: readonly string[], sensor: string) =>
  lines.flatMap(
    (line) => new RegExp(`^home\\.temperature:([-\\d.]+)\\|g\\|#sensor:${sensor},`).exec(line)?.[1] ?? [],
  );

async function read(gateway: TestGateway, sensor: string, temperature: number): Promise<void> {
  await gateway.datagram(`${sensor}.temperature:${temperature}|g\n`);
}

const devices = ["a", "b", "c"].map((sensor) => device({ sensor, transport: "udp" }));

it("keeps the last readings while the agent restarts for 60 s, and counts the others", async () => {
  const before = await agentAt();
  const gateway = await gatewayOf({ devices, clock, dogstatsdPort: before.port });
  const { counters } = gateway.gateway;
  for (const sensor of ["a", "b", "c"]) await read(gateway, sensor, 20);
  await pass(2);
  expect(temperatureOf(before.lines, "a")).toEqual(["20"]);

  before.close();
  // a each 5 s, b once, c not at all.
  for (let i = 1; i <= 12; i++) {
    await read(gateway, "a", 20 + i / 10);
    if (i === 6) await read(gateway, "b", 19);
    await pass(5);
  }
  expect(counters.accepted).toBe(3 + 12 + 1);
  // Of a's twelve the last is kept.
  expect(counters.dropped).toEqual({ superseded: 11 });

  const after = await agentAt(before.port);
  await pass(3);
  expect(temperatureOf(after.lines, "a")).toEqual(["21.2"]);
  expect(temperatureOf(after.lines, "b")).toEqual(["19"]);
  expect(gateway.log).toEqual([
    "DogStatsD accepts no datagrams (ECONNREFUSED): keeping the last readings",
    "DogStatsD accepts datagrams again",
  ]);

  await read(gateway, "c", 18);
  await pass(1);
  expect(temperatureOf(after.lines, "c").at(-1)).toBe("18");
  after.close();
});

it("repeats recent readings, for an agent that went without a word", async () => {
  const agent = await agentAt();
  const gateway = await gatewayOf({ devices, clock, dogstatsdPort: agent.port });
  await read(gateway, "a", 20);
  await pass(60);
  expect(temperatureOf(agent.lines, "a").length).toBeGreaterThanOrEqual(2);
  expect(gateway.gateway.counters.repeated).toBeGreaterThanOrEqual(1);
  await pass(100);
  const repeated = temperatureOf(agent.lines, "a").length;
  await pass(120);
  expect(temperatureOf(agent.lines, "a")).toHaveLength(repeated);
  agent.close();
});

it("tells how long sensors have been silent, and what was refused, each once", async () => {
  const agent = await agentAt();
  const gateway = await gatewayOf({ devices: devices.slice(0, 1), clock, dogstatsdPort: agent.port });
  await read(gateway, "a", 20);
  await gateway.datagram("a.humidity:260|g\n");
  await gateway.datagram("x.temperature:2|g\n");
  await pass(21);
  const tags = "#sensor:a,room:kitchen,board:d1_mini";
  expect(agent.lines.filter((line) => line.startsWith("home.sensor.age"))).toEqual([
    `home.sensor.age:10|g|${tags}`,
    `home.sensor.age:20|g|${tags}`,
  ]);
  expect(agent.lines.filter((line) => line.startsWith("home.sensor.rejected"))).toEqual([
    `home.sensor.rejected:1|c|${tags},reason:too_soon`,
    "home.sensor.rejected:1|c|#sensor:unknown,room:unknown,board:unknown,reason:unknown_device",
  ]);
  agent.close();
});

it("fills its datagrams up to 1432 bytes", async () => {
  const agent = await agentAt();
  const many = Array.from({ length: 60 }, (_, i) => device({ sensor: `sensor-${i}`, transport: "udp" }));
  const gateway = await gatewayOf({ devices: many, clock, dogstatsdPort: agent.port });
  for (const { sensor } of many) {
    await gateway.datagram(`${sensor}.temperature:20.0|g\n${sensor}.humidity:50.0|g\n`);
  }
  await pass(1);
  expect(agent.lines).toHaveLength(60 * 4);
  expect(Math.max(...agent.sizes)).toBeLessThanOrEqual(1432);
  expect(agent.sizes.length).toBeLessThan(20);
  agent.close();
});
