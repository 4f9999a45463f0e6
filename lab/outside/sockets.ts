// Sockets of a namespace for servers of this process: opened by another process in there, and handed over. This file is
// that process's program too.
import { spawn } from "node:child_process";
import dgram from "node:dgram";
import { once } from "node:events";
import net from "node:net";
import { text } from "node:stream/consumers";

/** A server that listens at an address of a namespace, in this process. */
export function listenIn(enter: readonly string[], address: string, port: number): Promise<net.Server> {
  return open<net.Server>(enter, "tcp", address, String(port));
}

/** A UDP socket that is bound to an address of a namespace, in this process. */
export function bindIn(enter: readonly string[], address: string, port: number): Promise<dgram.Socket> {
  return open<dgram.Socket>(enter, "udp", address, String(port));
}

async function open<Handle>(enter: readonly string[], ...wanted: string[]): Promise<Handle> {
  const [command = "", ...args] = [...enter, process.execPath, import.meta.filename, ...wanted];
  const child = spawn(command, args, { stdio: ["ignore", "ignore", "pipe", "ipc"] });
  const said = child.stderr === null ? "" : text(child.stderr);
  // Not `close`, which does not come after a handle.
  const ended = once(child, "exit");
  const handle = await Promise.race([
    once(child, "message").then(([, sent]) => sent as Handle | undefined),
    ended.then(() => undefined),
  ]);
  if (handle === undefined) throw new Error(`${wanted.join(" ")}: no socket: ${await said}`);
  child.disconnect();
  await ended;
  return handle;
}

if (import.meta.main) {
  const [protocol, address, port] = process.argv.slice(2);
  const server = net.createServer();
  const socket = dgram.createSocket("udp4");
  const opened = protocol === "udp" ? socket : server;
  if (protocol === "udp") socket.bind(Number(port), address);
  else server.listen(Number(port), address);
  await once(opened, "listening");
  process.send?.("listening", opened);
  // What comes in from now on is for the other process.
  process.once("disconnect", () => process.exit());
}
