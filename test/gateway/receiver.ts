import { createSocket } from "node:dgram";
import { once } from "node:events";

/** Stands for a Datadog agent: a UDP socket on 127.0.0.1 that keeps what it receives. */
export interface Receiver {
  readonly port: number;
  /** The datagrams so far, each as it came. */
  readonly datagrams: readonly string[];
  /** Waits until there are that many datagrams. */
  received(count: number): Promise<void>;
  close(): void;
}

export async function startReceiver(): Promise<Receiver> {
  const datagrams: string[] = [];
  const socket = createSocket("udp4", (message) => datagrams.push(message.toString()));
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return {
    port: socket.address().port,
    datagrams,
    async received(count) {
      while (datagrams.length < count) await once(socket, "message", { signal: AbortSignal.timeout(3_000) });
    },
    close: () => socket.close(),
  };
}
