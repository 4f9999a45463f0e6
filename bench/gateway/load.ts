// Run as a worker, so that neither making load nor counting what arrives holds up the other.
import { createSocket } from "node:dgram";
import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";

interface Load {
  readonly port: number;
  /** Readings in a second. */
  readonly rate: number;
  readonly seconds: number;
}

type UdpLoad = Load & { kind: "udp"; names: readonly string[] };
type HttpLoad = Load & { kind: "http"; devices: readonly { token: string; localAddress: string }[] };

/** What a worker is to do. */
export type Work = UdpLoad | HttpLoad | { kind: "sink" };

const tickMs = 4;

/** Calls `send` so often that `rate` in a second result, for a time. */
async function paced(rate: number, seconds: number, send: (number: number) => void): Promise<number> {
  const start = performance.now();
  let sent = 0;
  for (;;) {
    const elapsed = performance.now() - start;
    const due = Math.floor((Math.min(elapsed, seconds * 1000) / 1000) * rate);
    for (; sent < due; sent++) send(sent);
    if (elapsed >= seconds * 1000) return sent;
    await sleep(tickMs);
  }
}

/** Counts lines, of readings alone, until it is asked. */
function sink(): void {
  let lines = 0;
  const socket = createSocket({ type: "udp4", recvBufferSize: 4 * 1024 * 1024 }, (datagram) => {
    const text = datagram.toString("latin1");
    lines += text.split("\n").length - text.split("home.sensor.").length + 1;
  });
  socket.bind(0, "127.0.0.1", () => parentPort?.postMessage({ port: socket.address().port }));
  parentPort?.on("message", () => parentPort?.postMessage({ lines }));
}

async function udp({ port, rate, seconds, names }: UdpLoad): Promise<number> {
  const socket = createSocket("udp4");
  const datagrams = names.map((name) =>
    Buffer.from(`${name}.temperature:21.400000|g\n${name}.humidity:48.200001|g\n`),
  );
  const sent = await paced(rate, seconds, (number) => {
    socket.send(datagrams[number % datagrams.length] ?? "", port, "127.0.0.1");
  });
  await new Promise((resolve) => socket.send("", port, "127.0.0.1", resolve));
  socket.close();
  return sent;
}

/** Each device has one connection, and its readings wait for each other. */
async function http({ port, rate, seconds, devices }: HttpLoad) {
  const body = JSON.stringify({ temperature: 21.4, humidity: 48.2 });
  const target = { host: "127.0.0.1", port, path: "/readings", method: "POST" };
  const pools = devices.map(() => new Agent({ keepAlive: true, maxSockets: 1 }));
  const statuses: Record<number, number> = {};
  let open = 0;
  const sent = await paced(rate, seconds, (number) => {
    const which = number % devices.length;
    const { token = "", localAddress } = devices[which] ?? {};
    const headers = {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      "content-length": body.length,
    };
    open += 1;
    const options = { ...target, agent: pools[which], localAddress, headers };
    const posting = request(options, (response) => {
      response.resume();
      response.on("end", () => {
        const status = response.statusCode ?? 0;
        statuses[status] = (statuses[status] ?? 0) + 1;
        open -= 1;
      });
    });
    posting.on("error", () => (open -= 1));
    posting.end(body);
  });
  while (open > 0) await sleep(tickMs);
  for (const pool of pools) pool.destroy();
  return { sent, statuses };
}

const work = workerData as Work;
if (work.kind === "sink") sink();
else if (work.kind === "udp") parentPort?.postMessage({ sent: await udp(work) });
else parentPort?.postMessage(await http(work));
