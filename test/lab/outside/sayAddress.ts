// Tells everybody on these ports, by TCP and UDP, from which address they come; by TCP ten times a second.
//
// usage: sayAddress.ts PORT…
import dgram from "node:dgram";
import { once } from "node:events";
import net from "node:net";

for (const port of process.argv.slice(2).map(Number)) {
  const server = net.createServer((client) => {
    const say = () => client.write(`${client.remoteAddress}\n`);
    const timer = setInterval(say, 100);
    client.on("error", () => client.destroy());
    client.on("close", () => clearInterval(timer));
    // What is not read keeps a connection open.
    client.resume();
    say();
  });
  const socket = dgram.createSocket("udp4");
  socket.on("message", (_, { address, port: from }) => socket.send(address, from, address));
  await Promise.all([
    once(server.listen(port, "0.0.0.0"), "listening"),
    once(socket.bind(port), "listening"),
  ]);
}
console.log("listening");
