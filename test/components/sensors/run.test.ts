import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, connect, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { gatewayBundle } from "../../../components/sensors/bundle.ts";
import { sensorGateway, sensorGatewayWorkload } from "../../../components/sensors/gatewayWorkload.ts";
import { startReceiver, type Receiver } from "../../gateway/receiver.ts";

// The Node of package.json, which has the major version of the image.
const node = fileURLToPath(new URL("../../../node_modules/node/bin/node", import.meta.url));
const token = "0123456789abcdef0123456789abcdef";
const reading = { sensor: "bedroom-1", room: "bedroom", temperature: 21.4, humidity: 48.2 };
const datagram =
  "home.temperature:21.4|g|#sensor:bedroom-1,room:bedroom\nhome.humidity:48.2|g|#sensor:bedroom-1,room:bedroom";

const directory = mkdtempSync(join(tmpdir(), "sensor-gateway-"));
let receiver: Receiver;
let port: number;
let gateway: ChildProcess;
let output: string;

beforeAll(() => {
  writeFileSync(join(directory, sensorGateway.codeFile), gatewayBundle());
  writeFileSync(join(directory, "token"), token);
});

afterAll(() => {
  rmSync(directory, { recursive: true });
});

/** Runs command and environment of the workload's container, with its mounts in the temporary directory. */
function startAsPod(): ChildProcess {
  const container = sensorGatewayWorkload({ dogstatsdPort: receiver.port }).pod.containers[0];
  const [command, ...args] = container?.command ?? [];
  expect(command).toBe("node");
  const here = (text: string) =>
    (container?.volumeMounts ?? []).reduce(
      (result, { mountPath }) => result.replace(mountPath, directory),
      text,
    );
  const environment = Object.fromEntries(
    (container?.env ?? []).map(({ name, value, valueFrom }) => [
      name,
      valueFrom?.fieldRef?.fieldPath === "status.hostIP" ? "127.0.0.1" : here(value ?? ""),
    ]),
  );
  // PORT, which no pod sets, so that tests can run side by side.
  return spawn(node, args.map(here), { env: { ...environment, PORT: String(port) }, stdio: "pipe" });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

function post(number: number, change: Partial<typeof reading> = {}): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}/readings`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ ...reading, sensor: `s-${number % 64}`, ...change }),
  });
}

/** Opens a request for a reading and sends all but its last byte. */
async function startRequest(): Promise<Socket> {
  const body = JSON.stringify(reading);
  const socket = connect(port, "127.0.0.1").setEncoding("utf8");
  socket.on("error", () => undefined);
  await once(socket, "connect");
  socket.write(
    `POST /readings HTTP/1.1\r\nHost: sensors\r\nAuthorization: Bearer ${token}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, -1)}`,
  );
  // Something must have reached the gateway before it is told to end.
  await fetch(`http://127.0.0.1:${port}/healthz`);
  return socket;
}

describe("the bundle, run as its pod runs it", () => {
  beforeEach(async () => {
    receiver = await startReceiver();
    port = await freePort();
    gateway = startAsPod();
    output = "";
    gateway.stdout?.on("data", (chunk) => (output += String(chunk)));
    gateway.stderr?.on("data", (chunk) => (output += String(chunk)));
    while (!output.includes("listening")) {
      expect(gateway.exitCode, output).toBeNull();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  });

  afterEach(() => {
    gateway.kill("SIGKILL");
    receiver.close();
  });

  it("is well, sends readings on, and stays below 64 MiB", async () => {
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
    for (let number = 0; number < 1_000; number += 20) {
      const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => post(number + index)));
      expect(answers.every(({ status }) => status === 204)).toBe(true);
    }
    await receiver.received(1_000);
    expect(receiver.datagrams[999]).toMatch(
      /^home\.temperature:21\.4\|g\|#sensor:s-\d+,room:bedroom\nhome\.hum/,
    );

    // What it answers otherwise needs nothing that the bundle lacks either.
    expect((await post(1, { humidity: 260 })).status).toBe(422);
    expect((await fetch(`http://127.0.0.1:${port}/metrics`)).status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${port}/none`)).status).toBe(404);

    const status = readFileSync(`/proc/${String(gateway.pid)}/status`, "utf8");
    const peak = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
    expect(peak).toBeGreaterThan(20);
    expect(peak).toBeLessThan(64);
  });

  it("finishes the request under way and sends its datagram before it ends", async () => {
    const socket = await startRequest();
    gateway.kill("SIGTERM");
    while (!output.includes("finishing")) await once(gateway.stdout as NodeJS.EventEmitter, "data");
    expect(receiver.datagrams).toEqual([]);
    const told = performance.now();
    socket.write("}");
    const [answer, exit] = await Promise.all([once(socket, "data"), once(gateway, "exit")]);
    expect(String(answer)).toMatch(/^HTTP\/1\.1 204 /);
    expect(exit).toEqual([0, null]);
    expect(performance.now() - told).toBeLessThan(2_000);
    await receiver.received(1);
    expect(receiver.datagrams).toEqual([datagram]);
  });

  it("ends within its grace period if a client never finishes", async () => {
    await startRequest();
    gateway.kill("SIGTERM");
    expect(await once(gateway, "exit")).toEqual([0, null]);
    expect(receiver.datagrams).toEqual([]);
  }, 12_000);
});

it("does not start with faults in its environment, and names them", async () => {
  const broken = spawn(node, [join(directory, sensorGateway.codeFile)], {
    env: { PORT: "x" },
    stdio: "pipe",
  });
  let faults = "";
  broken.stderr.on("data", (chunk) => (faults += String(chunk)));
  expect(await once(broken, "close")).toEqual([1, null]);
  expect(faults).toMatch(/PORT must.*\n.*TOKEN_FILE must.*\n.*DOGSTATSD_HOST must/);
});
