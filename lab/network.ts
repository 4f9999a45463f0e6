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

/** A network for virtual boards. */
export interface BoardNetwork {
  /**
   * Gives a board a place on the network.
   *
   * @param board a place that was pulled out, for a new board in its stead. Default: the next one
   */
  plugIn(board?: number): Promise<Plug>;
  /** The program and arguments that run a command in the boards' network. */
  readonly enter: readonly string[];
  /** A server that listens at the gateway's address, in this process. */
  listen(port: number): Promise<net.Server>;
  /** Leads each connection to the gateway's port to the first of these boards that takes it. */
  balance(port: number, boards: readonly number[]): Promise<void>;
  /** Ends the network. Boards must be stopped first. */
  stop(): Promise<void>;
}

/** A board's place on the network. */
export interface Plug {
  /** From 1; decides address and device (addresses.ts). */
  readonly board: number;
  /** The port of 127.0.0.1 that leads to the board's sshd, also while the board is off. */
  readonly sshPort: number;
  /** The program and arguments that run a command in the boards' network. */
  readonly enter: readonly string[];
  /** As if a cable between two switches were pulled: nothing arrives any more, and the board is not told. */
  cut(): Promise<void>;
  restore(): Promise<void>;
  pullOut(): Promise<void>;
}

/** A command in this list dies with the process that starts it, even if that is killed. */
export const dieWithParent = ["setpriv", "--pdeathsig", "KILL"] as const;

/**
 * Starts a network for boards. The time is served at its gateway, as the boards' cards say (card.ts).
 *
 * @throws an Error with what the gateway said, if it does not start
 */
export async function startBoardNetwork(): Promise<BoardNetwork> {
  const gateway = new Gateway();
  await gateway.started;
  let plugged = 0;
  const enter = ["nsenter", `--net=/proc/${gateway.pid}/ns/net`];
  return {
    enter,
    async plugIn(place) {
      const board = place ?? ++plugged;
      const server = net.createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      const { port } = server.address() as net.AddressInfo;
      await gateway.ask({ do: "plug", board }, server);
      server.close();
      return {
        board,
        sshPort: port,
        enter,
        cut: () => gateway.ask({ do: "cut", board }).then(() => undefined),
        restore: () => gateway.ask({ do: "restore", board }).then(() => undefined),
        pullOut: () => gateway.ask({ do: "unplug", board }).then(() => undefined),
      };
    },
    async listen(port) {
      const server = await gateway.ask({ do: "listen", port });
      if (server === undefined) throw new Error(`the lab's gateway has sent no socket for port ${port}`);
      return server;
    },
    balance: (port, boards) => gateway.ask({ do: "balance", port, boards }).then(() => undefined),
    stop: () => gateway.stop(),
  };
}

/** The process in the boards' namespace. It is asked one thing at a time. */
class Gateway {
  readonly started: Promise<unknown>;
  readonly #child: ChildProcess;
  readonly #ended: Promise<never>;
  #last: Promise<unknown>;

  constructor() {
    const script = path.join(import.meta.dirname, "gateway.ts");
    const command = ["--net", ...dieWithParent, process.execPath, script];
    this.#child = spawn("unshare", command, { stdio: ["ignore", "ignore", "pipe", "ipc"] });
    let said = "";
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-4096)));
    this.#ended = once(this.#child, "close").then(() => {
      throw new Error(`the lab's gateway has ended: ${said}`);
    });
    // It speaks first, when the network is there.
    this.started = this.#last = this.#reply();
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  ask(request: Request, server?: net.Server): Promise<net.Server | undefined> {
    const answer = this.#last.then(() => {
      this.#child.send(request, server);
      return this.#reply();
    });
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  async stop(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended.catch(() => undefined);
  }

  async #reply(): Promise<net.Server | undefined> {
    const said = await Promise.race([once(this.#child, "message"), this.#ended]);
    const [{ error }, server] = said as [Reply, net.Server | undefined];
    if (error !== undefined) throw new Error(`the lab's gateway: ${error}`);
    return server;
  }
}
