// Only one lab at a time on a machine, and a way to end it from elsewhere.
import net from "node:net";
import { once } from "node:events";
import { text } from "node:stream/consumers";

/** A name that only one process of this machine can listen at, and that the kernel takes back when it ends. */
const usualName = "\0bramble-lab";

/**
 * Claims the lab for this process.
 *
 * @param onEnd called when somebody asks for the lab's end
 * @param name of the claim
 * @returns gives it back: tells whoever asked for the end that it has come, and lets others have the lab
 * @throws an Error if another process has it
 */
export async function claimLab(onEnd: () => void, name = usualName): Promise<() => void> {
  const since = new Date().toTimeString().slice(0, 8);
  const waiting = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    waiting.add(socket);
    socket.on("error", () => undefined);
    socket.on("data", (said) => {
      if (said.toString().startsWith("end")) onEnd();
      else socket.end(`process ${process.pid}, since ${since}`);
    });
    socket.on("close", () => waiting.delete(socket));
  });
  server.listen(name);
  try {
    await once(server, "listening");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    throw new Error(
      `A lab is already running (${await ask("who", name)}), and two would not fit into memory. Shut it down: npm run lab -- --down`,
      { cause: error },
    );
  }
  return () => {
    server.close();
    for (const socket of waiting) socket.end();
  };
}

/** Asks a lab that runs to end and waits until it has. False if none runs. */
export async function endLab(name = usualName): Promise<boolean> {
  return (await ask("end", name)) !== undefined;
}

/** What the process that has the lab answers, at the latest when it ends; undefined if there is none. */
async function ask(question: "who" | "end", name: string): Promise<string | undefined> {
  const socket = net.connect(name);
  try {
    await once(socket, "connect");
  } catch {
    return undefined;
  }
  socket.write(question);
  return text(socket).catch(() => "");
}
