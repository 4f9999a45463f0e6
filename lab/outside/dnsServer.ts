// A DNS server for names that change: records come from a list, and nobody is to remember them.
import type { Socket } from "node:dgram";
import type { Server } from "node:net";
import { answerTo, numberOfType, questionOf, type Answer } from "./dnsMessage.ts";

/** A record. Its name may begin with `*.`, which stands for all names below that have no record of their own. */
export interface DnsRecord {
  readonly name: string;
  /** A, CNAME or TXT; there is nothing of others. */
  readonly type: string;
  readonly content: string;
}

/** An alias of an alias of … is followed this far. */
const longestChain = 8;

/** Answers for one zone, of which it is the authority, and for all other names that are in the list. */
export class DnsServer {
  readonly #zone: string;
  readonly #records: () => readonly DnsRecord[];

  /**
   * @param zone name of the zone
   * @param records the list, asked for at each question
   */
  constructor(zone: string, records: () => readonly DnsRecord[]) {
    this.#zone = zone;
    this.#records = records;
  }

  /** Answers what comes in there. */
  serve(socket: Socket, streams: Server): void {
    socket.on("message", (query, { port, address }) => {
      const answer = this.#answer(query);
      if (answer !== undefined) socket.send(answer, port, address);
    });
    streams.on("connection", (stream) => {
      let received = Buffer.alloc(0);
      stream.on("error", () => stream.destroy());
      stream.on("data", (chunk) => {
        received = Buffer.concat([received, chunk]);
        // Two bytes of length, then the message.
        while (received.length >= 2 && received.length >= 2 + received.readUInt16BE()) {
          const end = 2 + received.readUInt16BE();
          const answer = this.#answer(received.subarray(2, end));
          received = received.subarray(end);
          if (answer === undefined) return void stream.destroy();
          const length = Buffer.alloc(2);
          length.writeUInt16BE(answer.length);
          stream.write(Buffer.concat([length, answer]));
        }
      });
    });
  }

  #answer(query: Buffer): Buffer | undefined {
    const question = questionOf(query);
    if (question === undefined) return undefined;
    const name = question.name.toLowerCase();
    if (question.type === numberOfType("SOA") && name === this.#zone)
      return answerTo(query, question, [{ name, type: "SOA", content: this.#zone }]);
    const answers = this.#lookUp(name, question.type);
    return answerTo(query, question, answers, answers.length > 0 || this.#exists(name));
  }

  #lookUp(name: string, type: number, far = 0): Answer[] {
    const own = this.#recordsOf(name);
    const wanted = own.filter((record) => numberOfType(record.type) === type);
    const alias = own.find((record) => record.type === "CNAME");
    if (wanted.length > 0 || alias === undefined || far === longestChain)
      return wanted.map((record) => ({ ...record, name }));
    return [{ ...alias, name }, ...this.#lookUp(alias.content.toLowerCase(), type, far + 1)];
  }

  /** The name's own records, else those of the closest `*.` above. */
  #recordsOf(name: string): DnsRecord[] {
    const labels = name.split(".");
    const above = labels.map((_, i) => ["*", ...labels.slice(i + 1)].join("."));
    const all = this.#records();
    for (const owner of [name, ...above]) {
      const found = all.filter((record) => record.name.toLowerCase() === owner);
      if (found.length > 0) return found;
    }
    return [];
  }

  /** Whether there is such a name, be it without a record of its own. */
  #exists(name: string): boolean {
    if (name === this.#zone || this.#recordsOf(name).length > 0) return true;
    return this.#records().some((record) => record.name.toLowerCase().endsWith(`.${name}`));
  }
}
