import { writeFileSync } from "node:fs";
import { request } from "node:https";
import path from "node:path";
import { ownCertificate } from "./certificate.ts";
import { freePorts } from "../../rehearsal/freePorts.ts";
import { Program } from "./program.ts";

/** A certificate authority that speaks ACME, with its own https certificate. */
export class Pebble {
  readonly #program: Program;
  readonly #management: number;
  readonly directory: string;
  /** Certificate behind the directory's https, in PEM. */
  readonly directoryCa: string;

  private constructor(program: Program, ports: { acme: number; management: number }, directoryCa: string) {
    this.#program = program;
    this.#management = ports.management;
    this.directory = `https://127.0.0.1:${ports.acme}/dir`;
    this.directoryCa = directoryCa;
  }

  /**
   * @param folder for its files
   * @param challenges ports to which it comes for HTTP-01 and TLS-ALPN-01
   * @param dns `host:port` of the DNS server that it asks
   */
  static async start(
    binary: string,
    folder: string,
    challenges: { httpPort: number; tlsPort: number },
    dns: string,
  ): Promise<Pebble> {
    const [acme, management] = (await freePorts(2)) as [number, number];
    const own = ownCertificate(folder, "pebble", "IP:127.0.0.1");
    const files = { certificate: own.certificateFile, privateKey: own.keyFile };
    const listen = { listenAddress: `127.0.0.1:${acme}`, managementListenAddress: `127.0.0.1:${management}` };
    const config = path.join(folder, "pebble.json");
    const pebble = {
      ...listen,
      ...challenges,
      ...files,
      keyAlgorithm: "ecdsa",
      retryAfter: { authz: 1, order: 1 },
    };
    writeFileSync(config, JSON.stringify({ pebble }));
    const env = { PEBBLE_VA_NOSLEEP: "1", PEBBLE_WFE_NONCEREJECT: "0" };
    const program = new Program(binary, ["-config", config, "-dnsserver", dns], env);
    const made = new Pebble(program, { acme, management }, own.certificate);
    await program.until("answering", () => program.output.includes("ACME directory available"));
    return made;
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
    return new Promise((resolve, reject) => {
      const options = { ca: this.directoryCa, host: "127.0.0.1", port: this.#management, path: "/roots/0" };
      request(options, (response) => {
        let text = "";
        response.on("data", (chunk: Buffer) => (text += chunk.toString()));
        response.on("end", () => resolve(text));
      })
        .on("error", reject)
        .end();
    });
  }

  stop(): Promise<void> {
    return this.#program.stop();
  }
}
