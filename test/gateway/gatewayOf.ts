import { request as httpRequest } from "node:http";
import { createSocket } from "node:dgram";
import { onTestFinished } from "vitest";
import type { Config } from "../../gateway/config.ts";
import { systemClock, type Clock } from "../../gateway/clock.ts";
import type { Device } from "../../gateway/devices.ts";
import { startGateway, type Running } from "../../gateway/run.ts";
import { startReceiver, type Receiver } from "./receiver.ts";
import ipaddr from "ipaddr.js";

/** A device of tests: `kitchen` by HTTP, unless changed. */
export function device(change: Partial<Device> = {}): Device {
  return {
    sensor: "kitchen",
    room: "kitchen",
    board: "d1_mini",
    model: "DHT22",
    transport: "http",
    ...change,
  };
}

/** The token of a device. */
export function tokenOf(sensor: string): string {
  return `${sensor}-${"0123456789abcdef".repeat(3)}`.slice(0, 48);
}

/** The page's password. */
export const password = "p".repeat(40);

/** A clock that moves only when it is told to. */
export function stillClock(): Clock & { move(seconds: number): void; setUnix(seconds: number): void } {
  let [now, unix] = [1_000, Date.UTC(2026, 10, 22) / 1000];
  return {
    now: () => now,
    unix: () => unix,
    move: (seconds) => {
      now += seconds;
      unix += seconds;
    },
    setUnix: (seconds) => (unix = seconds),
  };
}

/** What may be other than usual. */
export interface Change {
  readonly devices?: readonly Device[];
  readonly clock?: Clock;
  readonly networks?: readonly string[];
  /** Where DogStatsD is. Default: a receiver of the test's own. */
  readonly dogstatsdPort?: number;
}

/** A gateway that runs in this process. */
export interface TestGateway extends Running {
  readonly receiver: Receiver;
  readonly log: readonly string[];
  /** Posts a reading: the status, and the reason if it was refused. */
  readonly post: (body: string | object, change?: PostChange) => Promise<Answer>;
  /** Sends a datagram and waits until it was looked at. */
  readonly datagram: (text: string, localAddress?: string) => Promise<void>;
}

export interface PostChange {
  readonly sensor?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly localAddress?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
  readonly error: string | undefined;
}

/** Starts a gateway, which ends with the test. */
export async function gatewayOf({
  devices = [device()],
  clock = systemClock,
  ...rest
}: Change = {}): Promise<TestGateway> {
  const receiver = await startReceiver();
  const log: string[] = [];
  const config: Config = {
    httpPort: 0,
    statsdPort: 0,
    networks: (rest.networks ?? ["127.0.0.0/8"]).map((network) => ipaddr.parseCIDR(network)),
    devices,
    secrets: {
      page: password,
      tokens: Object.fromEntries(devices.map(({ sensor }) => [sensor, tokenOf(sensor)])),
    },
    dogstatsdHost: "127.0.0.1",
    dogstatsdPort: rest.dogstatsdPort ?? receiver.port,
  };
  const running = await startGateway(config, clock, (line) => log.push(line));
  onTestFinished(async () => {
    await running.close();
    receiver.close();
  });
  const { counters } = running.gateway;
  const seen = () =>
    counters.accepted + Object.values(counters.refused).reduce((sum, count) => sum + count, 0);
  return {
    ...running,
    receiver,
    log,
    post: (body, change) => post(running.httpPort, body, change),
    datagram: async (text, localAddress = "127.0.0.1") => {
      const before = seen();
      await sendDatagram(running.statsdPort, text, localAddress);
      while (seen() === before) await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

/** Posts a reading to a gateway on this machine. */
export function post(port: number, body: string | object, change: PostChange = {}): Promise<Answer> {
  const { sensor = "kitchen", headers = {}, localAddress = "127.0.0.1" } = change;
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const authorization = `Bearer ${tokenOf(sensor)}`;
  return ask(port, "/readings", text, {
    method: "POST",
    localAddress,
    headers: { authorization, "content-type": "application/json", ...headers },
  });
}

/** Asks a gateway on this machine. */
export function ask(port: number, path: string, body = "", options: object = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: "127.0.0.1", port, path, ...options }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("error", reject);
      response.on("end", () => {
        const isJson = response.headers["content-type"] === "application/json" && text.startsWith("{");
        const error = isJson ? (JSON.parse(text) as { error?: string }).error : undefined;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text, error });
      });
    });
    request.on("error", reject);
    request.end(body);
  });
}

/** Sends a datagram on this machine. */
export async function sendDatagram(
  port: number,
  data: string | Uint8Array,
  localAddress = "127.0.0.1",
): Promise<void> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, localAddress, resolve));
  await new Promise((resolve) => socket.send(data, port, "127.0.0.1", resolve));
  socket.close();
}
