// Runs in the boards' network namespace, as a process of its own, and does there what network.ts asks for.
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import net from "node:net";
import { pipeline } from "node:stream";
import { boardAddress, gatewayAddress, lanBridge, prefixLength, tapOf } from "./addresses.ts";
import { balance } from "./loadBalancer.ts";
import { serveTime } from "./timeServer.ts";

/** What can be asked for. `plug` comes with the listening server whose connections go to the board's sshd. */
export type Request =
  | { do: "plug" | "unplug" | "cut" | "restore"; board: number }
  | { do: "listen"; port: number }
  | { do: "balance"; port: number; boards: readonly number[] };

/** The answer to a request, in their order. That to `listen` comes with the listening server. */
export interface Reply {
  error?: string;
}

const sshPort = 22;
/** As Go's dialler has it, which Pulumi's provider uses. Ten probes more, a second apart, and the end. */
const probeAfterMs = 15_000;
const forwards = new Map<number, net.Server>();

function ip(command: string): void {
  execFileSync("ip", command.split(" "), { stdio: ["ignore", "ignore", "pipe"], encoding: "utf8" });
}

function forwardToBoard(server: net.Server, board: number): void {
  server.on("connection", (outside) => {
    const inside = net.connect(sshPort, boardAddress(board));
    // The client's own probes of a connection end here; without these it would never learn that a board is gone.
    inside.setKeepAlive(true, probeAfterMs);
    // A board that is off or cut off looks to ssh as it does behind a real router: the connection ends.
    pipeline(outside, inside, () => outside.destroy());
    pipeline(inside, outside, () => inside.destroy());
  });
  forwards.set(board, server);
}

async function fulfil(request: Request, server: net.Server | undefined): Promise<net.Server | undefined> {
  switch (request.do) {
    case "plug":
      ip(`tuntap add dev ${tapOf(request.board)} mode tap`);
      ip(`link set ${tapOf(request.board)} master ${lanBridge} up`);
      if (server !== undefined) forwardToBoard(server, request.board);
      return undefined;
    case "unplug":
      forwards.get(request.board)?.close();
      forwards.delete(request.board);
      ip(`link delete ${tapOf(request.board)}`);
      return undefined;
    case "cut":
      ip(`link set ${tapOf(request.board)} nomaster`);
      return undefined;
    case "restore":
      ip(`link set ${tapOf(request.board)} master ${lanBridge}`);
      return undefined;
    case "listen": {
      const listening = net.createServer().listen(request.port, gatewayAddress);
      await once(listening, "listening");
      return listening;
    }
    case "balance":
      await balance(gatewayAddress, request.port, request.boards.map(boardAddress));
      return undefined;
  }
}

function answer(reply: Reply, server?: net.Server): void {
  // The copy here must not take connections which are meant for the one that is sent.
  process.send?.(reply, server, {}, () => server?.close());
}

ip("link set lo up");
ip(`link add ${lanBridge} type bridge`);
ip(`address add ${gatewayAddress}/${prefixLength} dev ${lanBridge}`);
ip(`link set ${lanBridge} up`);
// A router that knows no way says so, and boards need not wait for their time limits. This is the namespace's own.
writeFileSync("/proc/sys/net/ipv4/ip_forward", "1");
// What one board sends another passes a switch at home, and no router's firewall. Not there without br_netfilter.
const bridgedPackets = "/proc/sys/net/bridge/bridge-nf-call-iptables";
if (existsSync(bridgedPackets)) writeFileSync(bridgedPackets, "0");
await serveTime(gatewayAddress);

process.on("message", (request: Request, server: net.Server | undefined) => {
  fulfil(request, server).then(
    (listening) => answer({}, listening),
    (error: unknown) => answer({ error: String(error) }),
  );
});
process.on("disconnect", () => process.exit());
answer({});
