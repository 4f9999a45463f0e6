import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import type { Counters } from "./counters.ts";

/** Largest datagram in bytes: what fits an Ethernet frame, as Datadog advises. */
export const maxDatagram = 1432;
/** Milliseconds that a line waits for others to share its datagram. */
const gatherFor = 100;
/** Milliseconds in which the kernel learns that nobody took a datagram. */
const doubtFor = 250;
/** Milliseconds between two attempts while nobody takes datagrams. */
const retryEvery = 1_000;

/** Lines that belong together, and whose they are: later ones of the same key are worth more. */
interface Entry {
  /** Undefined: not worth keeping. */
  readonly key: string | undefined;
  readonly lines: string;
}

/**
 * Sends lines to a DogStatsD on this board, several in a datagram. UDP acknowledges nothing, but where nobody
 * listens the kernel says so afterwards. Then what was sent in the last moments counts as not sent, the last
 * lines of each key are kept, and they go out when somebody listens again.
 */
export class Outbox {
  readonly #socket: Socket;
  readonly #counters: Counters;
  readonly #log: (line: string) => void;
  #gathered: Entry[] = [];
  #bytes = 0;
  #gathering: NodeJS.Timeout | undefined;
  /** Sent, in the latest interval of doubt and in the one before. */
  #doubtful: Entry[] = [];
  #lessDoubtful: Entry[] = [];
  #doubting: NodeJS.Timeout | undefined;
  /** What waits until somebody listens; undefined while somebody does. */
  #waiting: Map<string, string> | undefined;
  #retrying: NodeJS.Timeout | undefined;

  private constructor(socket: Socket, counters: Counters, log: (line: string) => void) {
    this.#socket = socket;
    this.#counters = counters;
    this.#log = log;
    socket.on("error", (error: NodeJS.ErrnoException) => this.#failed(error));
  }

  /**
   * @param host IP address of the agent
   * @param port its UDP port
   */
  static async open(
    { host, port }: { host: string; port: number },
    counters: Counters,
    log: (line: string) => void,
  ): Promise<Outbox> {
    const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
    socket.connect(port, host);
    await once(socket, "connect");
    return new Outbox(socket, counters, log);
  }

  /** Whether somebody took the datagrams of late, as far as the kernel knows. */
  get reachable(): boolean {
    return this.#waiting === undefined;
  }

  /**
   * Sends lines soon.
   *
   * @param key those of the same key that did not get through are replaced by these; without one they are not
   *   kept
   * @param lines without a line end after the last
   */
  put(key: string | undefined, lines: string): void {
    if (this.#waiting) this.#wait({ key, lines });
    else this.#gather({ key, lines });
  }

  /** Sends what it has gathered and closes. */
  async close(): Promise<void> {
    this.#send();
    for (const timer of [this.#doubting, this.#retrying]) clearTimeout(timer);
    // In the order of sending, so that this is through once all the others are.
    await new Promise((resolve) => this.#socket.send("", resolve));
    this.#socket.close();
  }

  #gather(entry: Entry): void {
    if (this.#bytes + entry.lines.length + 1 > maxDatagram) this.#send();
    this.#gathered.push(entry);
    this.#bytes += entry.lines.length + 1;
    this.#gathering ??= setTimeout(() => this.#send(), gatherFor);
  }

  #send(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    if (this.#gathered.length === 0) return;
    const lines = this.#gathered.map((entry) => entry.lines).join("\n");
    this.#doubtful.push(...this.#gathered);
    this.#gathered = [];
    this.#bytes = 0;
    this.#doubt();
    this.#counters.datagramsSent += 1;
    this.#counters.linesSent += lines.split("\n").length;
    this.#socket.send(lines, (error) => {
      if (error) this.#failed(error);
    });
  }

  #doubt(): void {
    this.#doubting ??= setTimeout(() => {
      this.#doubting = undefined;
      this.#lessDoubtful = this.#doubtful;
      this.#doubtful = [];
      if (this.#lessDoubtful.length > 0) this.#doubt();
    }, doubtFor);
  }

  #failed({ code = "unknown" }: NodeJS.ErrnoException): void {
    const { sendErrors } = this.#counters;
    sendErrors[code] = (sendErrors[code] ?? 0) + 1;
    if (this.#waiting === undefined)
      this.#log(`DogStatsD accepts no datagrams (${code}): keeping the last readings`);
    this.#waiting ??= new Map();
    const unsent = [...this.#lessDoubtful, ...this.#doubtful, ...this.#gathered];
    this.#lessDoubtful = [];
    this.#doubtful = [];
    this.#gathered = [];
    this.#bytes = 0;
    // What came after the failed attempt is newer than what the attempt had.
    const newer = [...this.#waiting].map(([key, lines]) => ({ key, lines }));
    this.#waiting.clear();
    for (const entry of [...unsent, ...newer]) this.#wait(entry);
    clearTimeout(this.#retrying);
    this.#retrying = setTimeout(() => this.#retry(), retryEvery);
  }

  #wait({ key, lines }: Entry): void {
    if (key === undefined) return;
    if (this.#waiting?.has(key)) this.#counters.dropped.superseded += 1;
    this.#waiting?.set(key, lines);
  }

  /** Sends what waits; an error within the time of doubt puts it back. */
  #retry(): void {
    const waiting = [...(this.#waiting ?? [])];
    this.#waiting?.clear();
    // With nothing to send, an empty line finds out too.
    if (waiting.length === 0) this.#socket.send("\n");
    for (const [key, lines] of waiting) this.#gather({ key, lines });
    this.#send();
    this.#retrying = setTimeout(() => {
      const since = [...(this.#waiting ?? [])];
      this.#waiting = undefined;
      this.#log("DogStatsD accepts datagrams again");
      for (const [key, lines] of since) this.#gather({ key, lines });
    }, 2 * doubtFor);
  }
}
