import { expect, it } from "vitest";
import { timeReply } from "../../lab/timeServer.ts";

it("answers with the time from 1900 on, and with the question's own time", () => {
  const request = Buffer.alloc(48);
  // Version 4, mode 3: client.
  request[0] = 0b0010_0011;
  request.write("its time", 40, "latin1");

  const reply = timeReply(request, Date.UTC(1972, 0, 1, 0, 0, 0, 500));

  expect(reply[0]).toBe(0b0010_0100);
  expect(reply[1]).toBe(2);
  expect(reply.toString("latin1", 24, 32)).toBe("its time");
  // The first day of UTC in RFC 5905, figure 4.
  expect(reply.readUInt32BE(40)).toBe(2_272_060_800);
  expect(reply.readUInt32BE(44)).toBe(2 ** 31);
});
