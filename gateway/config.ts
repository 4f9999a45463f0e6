import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { type Device, readDevices, readSecrets, type Secrets } from "./devices.ts";

/** A range of addresses: one of them, and how many of its bits count. */
export type Network = readonly [address: ipaddr.IPv4 | ipaddr.IPv6, bits: number];

/** What the gateway needs to run, from its environment. */
export interface Config {
  /** HTTP_PORT: where it listens for HTTP. Default 8080. */
  readonly httpPort: number;
  /** STATSD_PORT: UDP port where it listens for StatsD. Default 8125. */
  readonly statsdPort: number;
  /** STATSD_NETWORKS: ranges, separated by commas, that datagrams may come from. Default: none. */
  readonly networks: readonly Network[];
  /** The content of DEVICES_FILE. */
  readonly devices: readonly Device[];
  /** The content of SECRETS_FILE, so that they are in no environment. */
  readonly secrets: Secrets;
  /** DOGSTATSD_HOST: IP address of the agent. Not a name: a look-up that fails would cost readings. */
  readonly dogstatsdHost: string;
  /** DOGSTATSD_PORT: its UDP port. Default 8125. */
  readonly dogstatsdPort: number;
}

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
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
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
    httpPort: check("HTTP_PORT", (value) => parsePort(value ?? "8080"), 0),
    statsdPort: check("STATSD_PORT", (value) => parsePort(value ?? "8125"), 0),
    networks: check("STATSD_NETWORKS", parseNetworks, []),
    devices: check("DEVICES_FILE", (value) => readDevices(pathOf(value)), []),
    secrets: check("SECRETS_FILE", (value) => readSecrets(pathOf(value)), { tokens: {} }),
    dogstatsdHost: check("DOGSTATSD_HOST", parseAddress, ""),
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
