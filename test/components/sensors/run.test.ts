import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { gatewayBundle } from "../../../components/sensors/bundle.ts";
import { ask, device, post, sendDatagram, tokenOf } from "../../gateway/gatewayOf.ts";
import { startGatewayProcess, type GatewayProcess } from "../../gateway/process.ts";
import { startReceiver, type Receiver } from "../../gateway/receiver.ts";

const reading = { temperature: 21.4, humidity: 48.2 };
const devices = [
  ...Array.from({ length: 32 }, (_, i) => device({ sensor: `http-${i}` })),
  ...Array.from({ length: 32 }, (_, i) => device({ sensor: `udp-${i}`, transport: "udp" })),
];

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

/** Opens a request for a reading and sends all but its last byte. */
async function startRequest(): Promise<Socket> {
  const body = JSON.stringify(reading);
  const socket = connect(gateway.httpPort, "127.0.0.1").setEncoding("utf8");
  socket.on("error", () => undefined);
  await once(socket, "connect");
  socket.write(
    `POST /readings HTTP/1.1\r\nHost: sensors\r\nAuthorization: Bearer ${tokenOf("http-0")}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, -1)}`,
  );
  // Something must have reached the gateway before it is told to end.
  await ask(gateway.httpPort, "/healthz");
  return socket;
}

describe("the bundle, run as its pod runs it", () => {
  it("is well, sends readings on, and stays below 64 MiB", async () => {
    expect((await ask(gateway.httpPort, "/healthz")).status).toBe(200);
    for (const { sensor, transport } of devices) {
      if (transport === "http") expect((await post(gateway.httpPort, reading, { sensor })).status).toBe(204);
      else
        await sendDatagram(gateway.statsdPort, `${sensor}.temperature:21.4|g\n${sensor}.humidity:48.2|g\n`);
    }
    const lines = () => receiver.datagrams.flatMap((datagram) => datagram.split("\n"));
    while (lines().length < devices.length * 4) await receiver.received(receiver.datagrams.length + 1);
    expect(lines()).toContain("home.temperature:21.4|g|#sensor:udp-31,room:kitchen,board:d1_mini");

    // What it answers otherwise needs nothing that the bundle lacks either.
    expect((await post(gateway.httpPort, { humidity: 260 }, { sensor: "http-0" })).status).toBeGreaterThan(
      400,
    );
    for (const path of ["/", "/metrics", "/healthz"]) {
      for (let i = 0; i < 20; i++) expect((await ask(gateway.httpPort, path)).status).toBe(200);
    }
    expect(gateway.peak()).toBeGreaterThan(20);
    expect(gateway.peak()).toBeLessThan(64);
  });

  it("starts within a second", async () => {
    // The best of some: other work on the machine only adds.
    const times = [gateway.startedIn];
    for (let i = 0; i < 4 && Math.min(...times) >= 1_000; i++) {
      const other = await startGatewayProcess(devices, receiver.port);
      times.push(other.startedIn);
      await other.stop();
    }
    expect(Math.min(...times)).toBeLessThan(1_000);
  });

  it("finishes the request under way and sends its reading before it ends", async () => {
    const socket = await startRequest();
    gateway.child.kill("SIGTERM");
    while (!gateway.output().includes("finishing")) await once(gateway.child.stdout!, "data");
    expect(receiver.datagrams).toEqual([]);
    socket.write("}");
    const [answer, exit] = await Promise.all([once(socket, "data"), once(gateway.child, "exit")]);
    expect(String(answer)).toMatch(/^HTTP\/1\.1 204 /);
    expect(exit).toEqual([0, null]);
    await receiver.received(1);
    expect(receiver.datagrams[0]).toMatch(/^home\.temperature:21\.4\|g\|#sensor:http-0,/);
  });

  it("ends within its grace period if a client never finishes", async () => {
    await startRequest();
    gateway.child.kill("SIGTERM");
    expect(await once(gateway.child, "exit")).toEqual([0, null]);
    expect(receiver.datagrams.join("")).not.toContain("home.temperature");
  }, 15_000);
});

it("does not start with faults in its environment, and names them", async () => {
  const directory = mkdtempSync(join(tmpdir(), "sensor-gateway-"));
  writeFileSync(join(directory, "gateway.cjs"), gatewayBundle());
  const broken = spawn(process.execPath, [join(directory, "gateway.cjs")], {
    env: { HTTP_PORT: "x" },
    stdio: "pipe",
  });
  let faults = "";
  broken.stderr.on("data", (chunk) => (faults += String(chunk)));
  expect(await once(broken, "close")).toEqual([1, null]);
  expect(faults).toMatch(
    /HTTP_PORT must.*\n.*DEVICES_FILE must.*\n.*SECRETS_FILE must.*\n.*DOGSTATSD_HOST must/,
  );
  rmSync(directory, { recursive: true });
});
