// What leads to several control planes, as a router or a virtual address does at home.
import { once } from "node:events";
import net from "node:net";
import { pipeline } from "node:stream";

/** Milliseconds for a machine on the same network to take a connection. */
const patience = 1000;

/**
 * Leads each connection to the first of these hosts that takes it, on the same port.
 *
 * @param address where it listens
 */
export async function balance(address: string, port: number, hosts: readonly string[]): Promise<void> {
  // What a client has sent must not be read before there is somebody to send it to.
  const server = net.createServer({ pauseOnConnect: true }, (outside) => {
    void connectToFirst(hosts, port).then((inside) => {
      if (inside === undefined) {
        outside.destroy();
        return;
      }
      pipeline(outside, inside, () => outside.destroy());
      pipeline(inside, outside, () => inside.destroy());
    });
  });
  server.listen(port, address);
  await once(server, "listening");
}

async function connectToFirst(hosts: readonly string[], port: number): Promise<net.Socket | undefined> {
  for (const host of hosts) {
    const socket = net.connect(port, host);
    try {
      await once(socket, "connect", { signal: AbortSignal.timeout(patience) });
      return socket;
    } catch {
      socket.destroy();
    }
  }
  return undefined;
}
