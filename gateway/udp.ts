import { createSocket, type Socket } from "node:dgram";
import ipaddr from "ipaddr.js";
import type { Network } from "./config.ts";
import type { Gateway } from "./gateway.ts";
import type { Values } from "./plausible.ts";
import { Refusal } from "./refusal.ts";
import { parseDatagram } from "./statsd.ts";

/** Bytes that the kernel is asked to hold for a gateway that is busy; it gives what it allows. */
const receiveBuffer = 1024 * 1024;

/**
 * Takes readings as StatsD datagrams. A datagram is not answered: what is wrong with it is only counted.
 *
 * @param networks the ranges that may send
 */
export function createStatsdSocket(gateway: Gateway, networks: readonly Network[]): Socket {
  const socket = createSocket({ type: "udp4", recvBufferSize: receiveBuffer });
  const allowed = allowedBy(networks);
  socket.on("message", (datagram, { address }) => {
    try {
      if (!allowed(address))
        throw new Refusal("network_not_allowed", `${address} is not in sensors.networks`);
      for (const [name, sent] of parseDatagram(datagram)) takeOne(gateway, name, sent, address);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      gateway.refuse(error, address);
    }
  });
  return socket;
}

function takeOne(gateway: Gateway, name: string, sent: Values, address: string): void {
  const sensor = gateway.sensors.get(name);
  if (sensor === undefined) {
    gateway.refuse(new Refusal("unknown_device", `${name} is not in the settings`), `${name} at ${address}`);
  } else if (sensor.device.transport !== "udp") {
    gateway.refuse(new Refusal("wrong_transport", `${address} sent it by UDP`), address, sensor);
  } else {
    try {
      gateway.take(sensor, sent, address);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  }
}

/** Parsing an address takes longer than the rest of a reading, so the answer for the latest ones is kept. */
function allowedBy(networks: readonly Network[]): (address: string) => boolean {
  const known = new Map<string, boolean>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const address = ipaddr.process(text);
    const is = networks.some(
      (network) => address.kind() === network[0].kind() && address.match(network[0], network[1]),
    );
    if (known.size >= 1024) known.clear();
    known.set(text, is);
    return is;
  };
}
