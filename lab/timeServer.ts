// The time for the boards, as a home router gives it. Only what a simple client looks at (RFC 4330).
import dgram from "node:dgram";
import { once } from "node:events";

const ntpPort = 123;
/** Seconds from 1900, where NTP counts from, to 1970. */
const ntpEpoch = 2_208_988_800;

/** Answers NTP requests at this address with this machine's clock. */
export async function serveTime(address: string): Promise<void> {
  const socket = dgram.createSocket("udp4");
  socket.on("message", (request, client) => {
    if (request.length >= 48) socket.send(timeReply(request, Date.now()), client.port, client.address);
  });
  socket.bind(ntpPort, address);
  await once(socket, "listening");
}

/**
 * The reply of a server that is right and close.
 *
 * @param request at least 48 bytes
 * @param now milliseconds since 1970
 */
export function timeReply(request: Buffer, now: number): Buffer {
  const reply = Buffer.alloc(48);
  // No leap second, the client's version, mode 4: server. Stratum 2: has its time from one with a clock.
  reply[0] = ((request[0] ?? 0) & 0b0011_1000) | 4;
  reply[1] = 2;
  reply[2] = request[2] ?? 0;
  // A precision of 2^-10 s.
  reply.writeInt8(-10, 3);
  reply.write("LOCL", 12, "latin1");
  writeTime(reply, 16, now);
  // The client knows its own question by the time it wrote into it.
  request.copy(reply, 24, 40, 48);
  writeTime(reply, 32, now);
  writeTime(reply, 40, now);
  return reply;
}

function writeTime(reply: Buffer, offset: number, milliseconds: number): void {
  const seconds = milliseconds / 1000 + ntpEpoch;
  reply.writeUInt32BE(Math.floor(seconds) % 2 ** 32, offset);
  reply.writeUInt32BE(Math.floor((seconds % 1) * 2 ** 32), offset + 4);
}
