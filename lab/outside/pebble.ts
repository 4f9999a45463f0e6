// Pebble, Let's Encrypt's ACME server for tests.
import { writeFileSync } from "node:fs";
import path from "node:path";
import { browse } from "./browse.ts";
import type { OwnCertificate } from "./certificate.ts";
import { Program } from "./program.ts";

/** Where and how an authority runs. */
export interface PebbleOptions {
  binary: string;
  /** Runs a command where the authority is to be. Default: here. */
  enter?: readonly string[];
  /** For its files. */
  folder: string;
  /** Where it listens: for ACME, and for questions about itself. */
  listen: { address: string; acme: number; management: number };
  /** Ports to which it comes for HTTP-01 and TLS-ALPN-01. */
  challenges: { httpPort: number; tlsPort: number };
  /** `host:port` of the DNS server that it asks. */
  dns: string;
  /** Of its https; must name the address. */
  certificate: OwnCertificate;
}

/** A certificate authority that speaks ACME. */
export class Pebble {
  readonly #program: Program;
  readonly #options: PebbleOptions;

  private constructor(program: Program, options: PebbleOptions) {
    this.#program = program;
    this.#options = options;
  }

  /** @throws an Error with what it printed, if it does not start */
  static async start(options: PebbleOptions): Promise<Pebble> {
    const { binary, enter = [], folder, listen, challenges, dns, certificate } = options;
    const config = path.join(folder, "pebble.json");
    const pebble = {
      listenAddress: `${listen.address}:${listen.acme}`,
      managementListenAddress: `${listen.address}:${listen.management}`,
      ...challenges,
      certificate: certificate.certificateFile,
      privateKey: certificate.keyFile,
      keyAlgorithm: "ecdsa",
      retryAfter: { authz: 1, order: 1 },
    };
    writeFileSync(config, JSON.stringify({ pebble }));
    // It does not wait before it validates, and does not reject what is right.
    const env = { PEBBLE_VA_NOSLEEP: "1", PEBBLE_WFE_NONCEREJECT: "0" };
    const [command, ...args] = [...enter, binary, "-config", config, "-dnsserver", dns];
    const program = new Program(command, args, env);
    try {
      await program.until("answering", () => program.output.includes("ACME directory available"));
      return new Pebble(program, options);
    } catch (error) {
      await program.stop();
      throw error;
    }
  }

  /** The url of its directory. */
  get directory(): string {
    const { address, acme } = this.#options.listen;
    return `https://${address}:${acme}/dir`;
  }

  /** What vouches for that url's https, in PEM. */
  get directoryCa(): string {
    return this.#options.certificate.certificate;
  }

  /** How many certificates it has issued. */
  get issued(): number {
    return this.#program.output.split("\n").filter((line) => line.includes("Issued certificate serial"))
      .length;
  }

  get output(): string {
    return this.#program.output;
  }

  /** The root that browsers must trust, in PEM. It is another at each start. */
  async root(): Promise<string> {
    const { enter = [], listen } = this.#options;
    const request = {
      host: listen.address,
      port: listen.management,
      path: "/roots/0",
      root: this.directoryCa,
    };
    return (await browse(enter, request)).body;
  }

  stop(): Promise<void> {
    return this.#program.stop();
  }
}
