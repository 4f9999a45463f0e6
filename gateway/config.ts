import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { type Device, readDevices, readSecrets, type Secrets } from "./devices.ts";

/** A range of addresses: one of them, and how many of its bits count. */
export type Network = readonly [address: ipaddr.IPv4 | ipaddr.IPv6, bits: number];

/** What the gateway needs to run, from its environment. */
export type Config = Readonly<ReturnType<typeof readConfig>>;

/** A configuration that the gateway cannot start with. */
export class ConfigError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`the gateway's environment has errors:\n${faults.map((fault) => `  ${fault}`).join("\n")}`);
    this.faults = faults;
  }
}

/**
 * Reads the configuration.
 *
 * @throws ConfigError naming all faults
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>) {
  const faults: string[] = [];
  const check = <T>(name: string, parse: (value: string | undefined) => T, fallback: T): T => {
    try {
      return parse(environment[name]);
    } catch (error) {
      faults.push(`${name} ${(error as Error).message}`);
      return fallback;
    }
  };
  const config = {
    /** Where it listens for HTTP. Default 8080. */
    httpPort: check("HTTP_PORT", (value) => parsePort(value ?? "8080"), 0),
    /** UDP port where it listens for StatsD. Default 8125. */
    statsdPort: check("STATSD_PORT", (value) => parsePort(value ?? "8125"), 0),
    /** Ranges, separated by commas, that datagrams may come from. Default: none. */
    networks: check("STATSD_NETWORKS", parseNetworks, []),
    devices: check("DEVICES_FILE", (value): readonly Device[] => readDevices(pathOf(value)), []),
    /** In a file, so that they are in no environment. */
    secrets: check("SECRETS_FILE", (value): Secrets => readSecrets(pathOf(value)), { tokens: {} }),
    /** IP address of the agent. Not a name: a look-up that fails would cost readings. */
    dogstatsdHost: check("DOGSTATSD_HOST", parseAddress, ""),
    /** The agent's UDP port. Default 8125. */
    dogstatsdPort: check("DOGSTATSD_PORT", (value) => parsePort(value ?? "8125"), 0),
  };
  const withoutToken = config.devices.filter(
    ({ sensor, transport }) => transport === "http" && config.secrets.tokens[sensor] === undefined,
  );
  if (withoutToken.length > 0 && faults.length === 0) {
    faults.push(`SECRETS_FILE has no token for ${withoutToken.map(({ sensor }) => sensor).join(", ")}`);
  }
  if (faults.length > 0) throw new ConfigError(faults);
  return config;
}

function parsePort(value: string): number {
  const port = /^\d{1,5}$/.test(value) ? Number(value) : 0;
  if (port < 1 || port > 65_535) throw new Error(`must be a port, 1 to 65535, not "${value}"`);
  return port;
}

function parseAddress(value: string | undefined): string {
  if (value === undefined || isIP(value) === 0) {
    throw new Error(`must be an IP address, ${value === undefined ? "but is not set" : `not "${value}"`}`);
  }
  return value;
}

function parseNetworks(value: string | undefined): Network[] {
  return (value ?? "").split(",").filter(Boolean).map(parseNetwork);
}

function parseNetwork(text: string): Network {
  try {
    return ipaddr.parseCIDR(text);
  } catch {
    throw new Error(`must be ranges such as 192.168.1.0/24, separated by commas, not "${text}"`);
  }
}

function pathOf(value: string | undefined): string {
  if (value === undefined || value === "") throw new Error("must be the path of a file, but is not set");
  return value;
}
