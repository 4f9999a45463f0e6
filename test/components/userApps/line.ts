import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";

/** A line to a port of this machine, on a port of its own, that can be cut. */
export class Line {
  readonly #sockets = new Set<Socket>();
  #isCut = false;
  readonly #server;

  /** @param port where it leads */
  static async to(port: number): Promise<Line> {
    const line = new Line(port);
    line.#server.listen(0, "127.0.0.1");
    await once(line.#server, "listening");
    return line;
  }

  private constructor(port: number) {
    this.#server = createServer((near) => {
      const far = connect(port, "127.0.0.1");
      for (const socket of [near, far]) {
        this.#sockets.add(socket);
        socket.on("error", () => socket.destroy());
        socket.on("close", () => this.#sockets.delete(socket));
      }
      near.pipe(far).pipe(near);
      if (this.#isCut) this.#drop();
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Drops what is on it, and whatever comes. */
  cut(): void {
    this.#isCut = true;
    this.#drop();
  }

  mend(): void {
    this.#isCut = false;
  }

  close(): void {
    this.#server.close();
    this.#drop();
  }

  #drop(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }
}
