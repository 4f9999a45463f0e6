import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import { Gateway } from "./gateway.ts";
import { readingLines } from "./lines.ts";
import { Outbox } from "./outbox.ts";
import { startReports } from "./report.ts";
import { createServer } from "./server.ts";
import { createStatsdSocket } from "./udp.ts";
import { viewsOf } from "./views.ts";

/** Milliseconds that requests under way get at shutdown; Node stops timing them out once it is closing. */
const shutdownTimeout = 5_000;

/** A gateway that runs. */
export type Running = Readonly<Awaited<ReturnType<typeof startGateway>>>;

/** Starts the gateway and resolves once it listens. */
export async function startGateway(config: Config, clock: Clock, log: (line: string) => void) {
  const { devices, networks, secrets, dogstatsdHost: host, dogstatsdPort: port } = config;
  const gateway = new Gateway(devices, clock, (sensor, reading) => {
    outbox.put(sensor.device.sensor, readingLines(sensor, reading));
  });
  const outbox = await Outbox.open({ host, port }, gateway.counters, log);
  const pages = viewsOf(gateway, outbox, secrets.page);
  const server = createServer({ gateway, tokens: secrets.tokens, pages, log });
  const socket = createStatsdSocket(gateway, networks);
  server.listen(config.httpPort, "0.0.0.0");
  socket.bind(config.statsdPort, "0.0.0.0");
  await Promise.all([once(server, "listening"), once(socket, "listening")]);
  const reporting = startReports(gateway, outbox);

  return {
    gateway,
    /** Where it listens: others than in the configuration if that says 0. */
    httpPort: (server.address() as AddressInfo).port,
    statsdPort: socket.address().port,
    /** Ends it: requests under way are finished and what was gathered is sent. */
    async close(): Promise<void> {
      clearInterval(reporting);
      const closed = once(server, "close");
      server.close();
      server.closeIdleConnections();
      const timer = setTimeout(() => server.closeAllConnections(), shutdownTimeout);
      await closed;
      clearTimeout(timer);
      socket.close();
      await outbox.close();
    },
  };
}
