import type { Server } from "node:http";
import type { Socket } from "node:net";

/**
 * Bounds the connections that a server holds. At the limit the address that has the most loses its oldest one,
 * so that whoever opens too many closes his own and nobody else's.
 */
export function boundConnections(server: Server, limit: number): void {
  const byAddress = new Map<string, Set<Socket>>();
  let total = 0;
  server.on("connection", (socket: Socket) => {
    const address = socket.remoteAddress ?? "";
    const own = byAddress.get(address) ?? new Set();
    byAddress.set(address, own.add(socket));
    total += 1;
    socket.once("close", () => {
      own.delete(socket);
      total -= 1;
      if (own.size === 0) byAddress.delete(address);
    });
    if (total > limit) oldestOfMost(byAddress)?.destroy();
  });
}

function oldestOfMost(byAddress: ReadonlyMap<string, ReadonlySet<Socket>>): Socket | undefined {
  let most: ReadonlySet<Socket> = new Set();
  for (const sockets of byAddress.values()) if (sockets.size > most.size) most = sockets;
  for (const socket of most) if (!socket.destroyed) return socket;
  return undefined;
}
