import { systemClock } from "./clock.ts";
import { ConfigError, readConfig } from "./config.ts";
import { startGateway } from "./run.ts";

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const running = await startGateway(config, systemClock, console.log);
  const shutDown = (signal: string): void => {
    console.log(`${signal}: finishing`);
    running.close().catch(fail);
  };
  process.once("SIGTERM", shutDown);
  process.once("SIGINT", shutDown);
  const { httpPort, statsdPort, dogstatsdHost, dogstatsdPort, devices } = config;
  console.log(
    `listening for ${devices.length} devices on port ${httpPort} (HTTP) and ${statsdPort} (StatsD), ` +
      `sending to ${dogstatsdHost}:${dogstatsdPort}`,
  );
}

function fail(error: unknown): void {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exitCode = 1;
}

main().catch(fail);
