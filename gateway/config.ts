import { readFileSync } from "node:fs";
import { isIP } from "node:net";

/** What the gateway needs to run, from its environment. */
export interface Config {
  /** PORT: where it listens. Default 8080. */
  readonly port: number;
  /** What a device presents: the content of the file that TOKEN_FILE names, so that it is in no environment. */
  readonly token: string;
  /** DOGSTATSD_HOST: IP address of the agent. Not a name: a look-up that fails would cost readings. */
  readonly dogstatsdHost: string;
  /** DOGSTATSD_PORT: its UDP port. Default 8125. */
  readonly dogstatsdPort: number;
}

/** A configuration that the gateway cannot start with. */
export class ConfigError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`the gateway's environment has faults:\n${faults.map((fault) => `  ${fault}`).join("\n")}`);
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
    port: check("PORT", (value) => parsePort(value ?? "8080"), 0),
    token: check("TOKEN_FILE", readToken, ""),
    dogstatsdHost: check("DOGSTATSD_HOST", parseAddress, ""),
    dogstatsdPort: check("DOGSTATSD_PORT", (value) => parsePort(value ?? "8125"), 0),
  };
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
    throw new Error(`must be an IP address, ${value === undefined ? "and is not set" : `not "${value}"`}`);
  }
  return value;
}

function readToken(path: string | undefined): string {
  if (path === undefined || path === "") throw new Error("must be the path of a file, and is not set");
  let token: string;
  try {
    token = readFileSync(path, "utf8").trimEnd();
  } catch (error) {
    throw new Error(`must be a file that can be read: ${(error as Error).message}`, { cause: error });
  }
  if (!/^[\w.~+/=-]{32,}$/.test(token)) {
    throw new Error("must hold a token of 32 or more letters, digits and - . _ ~ + / =");
  }
  return token;
}
