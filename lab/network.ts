// The boards' network: a namespace of the kernel's own, with a bridge that all boards of a lab are plugged
// into and a gateway that leads nowhere.
//
// Not QEMU's user-mode network, which needs no namespace: restricted, it has no UDP and so no time server, and
// boards do not see each other; unrestricted, what a board sends to an unknown address reaches the host's
// network. From a namespace without an uplink nothing gets out, however a board is configured, and the kernel
// removes all of it with the last process inside, however that ends.
//
// Connections cross the border as listening sockets handed from one process to the other: this machine's
// 127.0.0.1 into the gateway (for ssh), the gateway's address to this process (for packages).
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import net from "node:net";
import path from "node:path";
import type { Reply, Request } from "./gateway.ts";

/** A board's place on the network. */
export type Plug = Awaited<ReturnType<BoardNetwork["plugIn"]>>;

/** A command in this list dies with the process that starts it, even if that is killed. */
export const dieWithParent = ["setpriv", "--pdeathsig", "KILL"] as const;

/**
 * Starts a network for boards. The time is served at its gateway, as boards are told (card.ts).
 *
 * @throws an Error with what the gateway said, if it does not start
 */
export async function startBoardNetwork(): Promise<BoardNetwork> {
  const network = new BoardNetwork();
  await network.started;
  return network;
}

/** A network for virtual boards: a process in their namespace, the gateway, which is asked one thing at a time. */
export class BoardNetwork {
  readonly started: Promise<unknown>;
  /** The program and arguments that run a command in the boards' network. */
  readonly enter: readonly string[];
  readonly #child: ChildProcess;
  readonly #ended: Promise<never>;
  #last: Promise<unknown>;
  #plugged = 0;

  constructor() {
    const script = path.join(import.meta.dirname, "gateway.ts");
    const command = ["--net", ...dieWithParent, process.execPath, script];
    this.#child = spawn("unshare", command, { stdio: ["ignore", "ignore", "pipe", "ipc"] });
    this.enter = ["nsenter", `--net=/proc/${this.#child.pid ?? 0}/ns/net`];
    let said = "";
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-4096)));
    this.#ended = once(this.#child, "close").then(() => {
      throw new Error(`the lab's gateway has ended: ${said}`);
    });
    // It speaks first, when the network is there.
    this.started = this.#last = this.#reply();
  }

  /**
   * Gives a board a place on the network.
   *
   * @param place one that was pulled out, for a new board in its stead. Default: the next one
   */
  async plugIn(place?: number) {
    const board = place ?? ++this.#plugged;
    const server = net.createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as net.AddressInfo;
    await this.#ask({ do: "plug", board }, server);
    server.close();
    return {
      /** From 1; decides address and device (addresses.ts). */
      board,
      /** The port of 127.0.0.1 that leads to the board's sshd, also while the board is off. */
      sshPort: port,
      enter: this.enter,
      /** As if a cable between two switches were pulled: nothing arrives any more, and the board is not told. */
      cut: () => this.#ask({ do: "cut", board }),
      restore: () => this.#ask({ do: "restore", board }),
      pullOut: () => this.#ask({ do: "unplug", board }),
    };
  }

  /** A server that listens at the gateway's address, in this process. */
  async listen(port: number): Promise<net.Server> {
    const server = await this.#ask({ do: "listen", port });
    if (server === undefined) throw new Error(`the lab's gateway has sent no socket for port ${port}`);
    return server;
  }

  /** Leads each connection to the gateway's port to the first of these boards that takes it. */
  async balance(port: number, boards: readonly number[]): Promise<void> {
    await this.#ask({ do: "balance", port, boards });
  }

  /** Ends the network. Boards must be stopped first. */
  async stop(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended.catch(() => undefined);
  }

  #ask(request: Request, server?: net.Server): Promise<net.Server | undefined> {
    const answer = this.#last.then(() => {
      this.#child.send(request, server);
      return this.#reply();
    });
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  async #reply(): Promise<net.Server | undefined> {
    const said = await Promise.race([once(this.#child, "message"), this.#ended]);
    const [{ error }, server] = said as [Reply, net.Server | undefined];
    if (error !== undefined) throw new Error(`the lab's gateway: ${error}`);
    return server;
  }
}
