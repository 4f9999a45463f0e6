import { Resolver } from "node:dns/promises";
import net from "node:net";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type DnsRecord, DnsServer } from "../../lab/outside/dnsServer.ts";
import { LoopbackDns } from "../edge/loopback.ts";

const records: DnsRecord[] = [
  { name: "entrance.example.com", type: "A", content: "203.0.113.7" },
  { name: "entrance.example.com", type: "A", content: "203.0.113.8" },
  { name: "Gogs.example.com", type: "CNAME", content: "entrance.example.com" },
  { name: "_acme-challenge.gogs.example.com", type: "TXT", content: "proof" },
  { name: "*.example.com", type: "A", content: "192.0.2.1" },
  { name: "*.inner.example.com", type: "CNAME", content: "gogs.example.com" },
  { name: "round.example.net", type: "CNAME", content: "round.example.net" },
  { name: "deep.below.example.net", type: "A", content: "192.0.2.3" },
];
const dns = new LoopbackDns();
const resolver = new Resolver({ timeout: 2000, tries: 1 });
beforeAll(async () => {
  await dns.start(new DnsServer("example.com", () => records));
  resolver.setServers([dns.address]);
});
afterAll(() => dns.stop());

const addresses = (name: string) =>
  resolver.resolve4(name).catch((error: unknown) => (error as NodeJS.ErrnoException).code);

it.each([
  ["entrance.example.com", ["203.0.113.7", "203.0.113.8"]],
  ["gogs.example.com", ["203.0.113.7", "203.0.113.8"]],
  ["GOGS.EXAMPLE.COM", ["203.0.113.7", "203.0.113.8"]],
  ["a.b.inner.example.com", ["203.0.113.7", "203.0.113.8"]],
  ["other.example.com", ["192.0.2.1"]],
  // It has a record of its own, which is no address.
  ["_acme-challenge.gogs.example.com", "ENODATA"],
  ["round.example.net", []],
  // A name without a record, and no name.
  ["below.example.net", "ENODATA"],
  ["nothing.example.net", "ENOTFOUND"],
  ["example.com", "ENODATA"],
])("leads %s to %j", async (name, expected) => {
  expect(await addresses(name)).toEqual(expected);
});

it("has the texts, the alias and the zone's authority", async () => {
  expect(await resolver.resolveTxt("_acme-challenge.gogs.example.com")).toEqual([["proof"]]);
  expect(await resolver.resolveCname("gogs.example.com")).toEqual(["entrance.example.com"]);
  expect((await resolver.resolveSoa("example.com")).nsname).toBe("ns.example.com");
});

/** A question for an address, as it is sent. */
function question(name: string): Buffer {
  const labels = name.split(".").map((label) => String.fromCharCode(label.length) + label);
  const header = Buffer.from([0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  return Buffer.concat([header, Buffer.from(`${labels.join("")}\0`, "latin1"), Buffer.from([0, 1, 0, 1])]);
}

it("answers streams too, in whatever pieces questions come", async () => {
  const query = question("other.example.com");
  const framed = Buffer.concat([Buffer.from([0, query.length]), query]);
  const twice = Buffer.concat([framed, framed]);
  const [address = "", port = ""] = dns.address.split(":");
  const stream = net.connect(Number(port), address);
  let received = Buffer.alloc(0);
  stream.on("data", (chunk) => (received = Buffer.concat([received, chunk])));
  stream.setNoDelay().write(twice.subarray(0, 5));
  await new Promise((resolve) => setTimeout(resolve, 50));
  stream.write(twice.subarray(5));
  await expect.poll(() => received.length).toBeGreaterThan(2 * framed.length);
  const length = 2 + received.readUInt16BE();
  expect(received.length).toBe(2 * length);
  expect([...received.subarray(length - 4, length)]).toEqual([192, 0, 2, 1]);
  stream.destroy();
});

it("says nothing to what is no question, and goes on", async () => {
  const socket = createSocket("udp4");
  const [address = "", port = ""] = dns.address.split(":");
  const answers: Buffer[] = [];
  socket.on("message", (answer) => answers.push(answer));
  for (const garbage of ["", "?", "x".repeat(14), "x".repeat(600)])
    socket.send(garbage, Number(port), address);
  socket.send(question("other.example.com"), Number(port), address);
  await once(socket, "message");
  expect(answers).toHaveLength(1);
  expect(answers[0]?.readUInt16BE(0)).toBe(0x1234);
  socket.close();
});
