// A DNS server for one zone, as much as ACME needs: TXT records that are there, one address for every name.
import { createSocket, type Socket } from "node:dgram";
import { type AddressInfo, createServer, type Server } from "node:net";

const types = { A: 1, CNAME: 5, SOA: 6, TXT: 16 } as const;

export class DnsServer {
  readonly #socket: Socket = createSocket("udp4");
  readonly #streams: Server = createServer((stream) => {
    stream.on("error", () => stream.destroy());
    stream.on("data", (message) => {
      // Two bytes of length, then the query; both come in one piece over loopback.
      const answer = this.#answer(message.subarray(2));
      const length = Buffer.alloc(2);
      length.writeUInt16BE(answer.length);
      stream.write(Buffer.concat([length, answer]));
    });
  });
  readonly #zone: string;
  readonly #texts: (name: string) => string[];
  /** All names below one that have no TXT record of their own are another's alias: `*.below CNAME to`. */
  alias: { readonly below: string; readonly to: string } | undefined;

  /**
   * @param zone name of the zone
   * @param texts what TXT records a name has
   */
  constructor(zone: string, texts: (name: string) => string[]) {
    this.#zone = zone;
    this.#texts = texts;
    this.#socket.on("message", (query, { port, address }) => {
      this.#socket.send(this.#answer(query), port, address);
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#streams.listen(0, "127.0.0.1", resolve));
    const { port } = this.#streams.address() as AddressInfo;
    await new Promise<void>((resolve) => this.#socket.bind(port, "127.0.0.1", resolve));
  }
  stop(): void {
    this.#socket.close();
    this.#streams.close();
  }
  get address(): string {
    return `127.0.0.1:${this.#socket.address().port}`;
  }

  #answer(query: Buffer): Buffer {
    const { name, type, end } = questionOf(query);
    const answers = this.#recordsOf(name.toLowerCase(), type);
    const head = Buffer.alloc(12);
    query.copy(head, 0, 0, 2);
    head.writeUInt16BE(0x8580, 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(answers.length, 6);
    return Buffer.concat([head, query.subarray(12, end), ...answers]);
  }

  #recordsOf(name: string, type: number): Buffer[] {
    if (type === types.A) return [record(type, Buffer.from([127, 0, 0, 1]))];
    if (this.alias !== undefined && name.endsWith(`.${this.alias.below}`) && this.#texts(name).length === 0)
      return [record(types.CNAME, nameOf(this.alias.to))];
    if (type === types.SOA && name === this.#zone) {
      const numbers = Buffer.alloc(20, 1);
      return [record(type, Buffer.concat([nameOf(`ns.${name}`), nameOf(`admin.${name}`), numbers]))];
    }
    if (type !== types.TXT) return [];
    return this.#texts(name).map((text) =>
      record(type, Buffer.concat([Buffer.from([text.length]), Buffer.from(text)])),
    );
  }
}

function questionOf(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString("latin1", at + 1, at + 1 + length));
    at += length + 1;
  }
  return { name: labels.join("."), type: query.readUInt16BE(at + 1), end: at + 5 };
}

/** A record of the name in the question, not to be remembered. */
function record(type: number, data: Buffer): Buffer {
  const head = Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 0, 0, data.length]);
  return Buffer.concat([head, data]);
}

function nameOf(name: string): Buffer {
  const labels = name
    .split(".")
    .map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
  return Buffer.concat([...labels, Buffer.from([0])]);
}
