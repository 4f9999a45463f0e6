import { ConfigError, readConfig, type Config } from "./config.ts";
import { Metrics } from "./metrics.ts";
import { createServer } from "./server.ts";
import { Dogstatsd } from "./statsd.ts";

/** Milliseconds that requests under way get at shutdown; Node stops timing them out once it is closing. */
const shutdownTimeout = 5_000;

async function run({ port, token, dogstatsdHost, dogstatsdPort }: Config): Promise<void> {
  const metrics = new Metrics();
  const dogstatsd = new Dogstatsd(dogstatsdHost, dogstatsdPort, metrics);
  const server = createServer({ token, dogstatsd, metrics, log: console.log });

  async function shutDown(signal: string): Promise<void> {
    console.log(`${signal}: finishing`);
    setTimeout(() => {
      server.server.closeAllConnections();
    }, shutdownTimeout).unref();
    await server.close();
    await dogstatsd.close();
  }
  process.once("SIGTERM", (signal) => void shutDown(signal));
  process.once("SIGINT", (signal) => void shutDown(signal));

  await server.listen({ host: "0.0.0.0", port });
  console.log(`listening on port ${port}, sending to ${dogstatsdHost}:${dogstatsdPort}`);
}

function fail(error: unknown): void {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exitCode = 1;
}

try {
  run(readConfig(process.env)).catch(fail);
} catch (error) {
  fail(error);
}
