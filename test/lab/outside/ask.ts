// Prints what is said there first, or the code of the error; with `stay` everything that is said.
//
// usage: ask.ts tcp|udp|stay HOST PORT [FROM]
import dgram from "node:dgram";
import net from "node:net";

const [how, host = "", port = "", from] = process.argv.slice(2);
const patienceMs = 5000;

function end(said: string): never {
  const [first = ""] = said.split("\n");
  console.log(first);
  process.exit();
}

if (how === "udp") {
  const socket = dgram.createSocket("udp4");
  socket.on("message", (message) => end(message.toString()));
  socket.on("error", (error: NodeJS.ErrnoException) => end(error.code ?? ""));
  // A connected socket is told that a port is closed.
  socket.on("connect", () => socket.send("?"));
  socket.connect(Number(port), host);
} else {
  const socket = net.connect({ host, port: Number(port), localAddress: from });
  socket.on("error", (error: NodeJS.ErrnoException) => end(error.code ?? ""));
  socket.on("data", (said) => (how === "tcp" ? end(said.toString()) : console.log(said.toString())));
}
if (how !== "stay") setTimeout(() => end("nothing"), patienceMs);
