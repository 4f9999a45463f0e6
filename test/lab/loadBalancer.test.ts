import { once } from "node:events";
import net from "node:net";
import { text } from "node:stream/consumers";
import { expect, it, onTestFinished } from "vitest";
import { balance } from "../../lab/loadBalancer.ts";
import { freePorts } from "../../rehearsal/freePorts.ts";

const hosts = ["127.0.0.2", "127.0.0.3"];

/** Answers with its own address and what it was sent. */
async function controlPlane(host: string, port: number): Promise<net.Server> {
  const server = net.createServer((socket) => {
    socket.once("data", (asked) => socket.end(`${host} ${asked.toString()}`));
  });
  await once(server.listen(port, host), "listening");
  onTestFinished(() => void server.close());
  return server;
}

function ask(port: number): Promise<string> {
  const socket = net.connect(port, "127.0.0.1");
  socket.write("hello");
  return text(socket);
}

it("leads to the first control plane that is there", async () => {
  const [port = 0] = await freePorts(1);
  await balance("127.0.0.1", port, hosts);
  await controlPlane("127.0.0.3", port);
  expect(await ask(port)).toBe("127.0.0.3 hello");
  const first = await controlPlane("127.0.0.2", port);
  expect(await ask(port)).toBe("127.0.0.2 hello");
  await new Promise((resolve) => first.close(resolve));
  expect(await ask(port)).toBe("127.0.0.3 hello");
});

it("ends a connection that nobody takes", async () => {
  const [port = 0] = await freePorts(1);
  await balance("127.0.0.1", port, hosts);
  await expect(ask(port)).rejects.toThrow("ECONNRESET");
});
