import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { boardAddress, gatewayAddress } from "../../lab/addresses.ts";
import { startBoardNetwork, type BoardNetwork } from "../../lab/network.ts";
import { servicesAddress, strangerAddresses } from "../../lab/outside/addresses.ts";
import { browse } from "../../lab/outside/browse.ts";
import { zoneId } from "../../lab/outside/cloudflareApi.ts";
import { Namespace } from "../../lab/outside/namespace.ts";
import { startOutside, type Outside } from "../../lab/outside/outside.ts";
import { Program } from "../../lab/outside/program.ts";
import { appPort, startEntrance } from "./outside/entrance.ts";
import { noOutside } from "./outside/noOutside.ts";

const why = await noOutside();
const entranceName = "entrance.lab.example.com";
const host = "gogs.lab.example.com";
const other = "sensors.lab.example.com";
/** For Traefik to use a certificate that it has. */
const patience = { timeout: 30_000, interval: 500 };
const [stranger = "", otherStranger = ""] = strangerAddresses;

describe("services of the internet", { timeout: 120_000 }, () => {
  const folder = mkdtempSync(path.join(tmpdir(), "services-"));
  let network: BoardNetwork;
  let outside: Outside;
  let entrance: Namespace;

  beforeAll(async () => {
    if (why !== undefined) return;
    network = await startBoardNetwork();
    outside = await startOutside(network, { entrance: boardAddress(2), ports: [80, 443], folder });
    entrance = await Namespace.start(gatewayAddress);
    await outside.router.plugIntoLan(entrance, "entrance", boardAddress(2));
    outside.dns.set(entranceName, "A", outside.router.address);
    for (const name of [host, other]) outside.dns.set(name, "CNAME", entranceName);
    const [command = "", ...args] = entrance.enter;
    const script = path.join(import.meta.dirname, "outside/app.ts");
    const app = new Program(command, [...args, process.execPath, script, String(appPort)]);
    await app.until("listening", () => app.output !== "");
  }, 120_000);
  afterAll(async () => {
    if (why === undefined) {
      await entrance.stop();
      await outside.stop();
      await network.stop();
    }
    rmSync(folder, { recursive: true });
  }, 120_000);

  /** What a name leads to there, by the system's own resolver. */
  const addressOf = async (computer: Namespace, name: string) => {
    const { output } = await computer.run(["getent", "ahostsv4", name]);
    return output.split(/\s/)[0];
  };
  const everywhere = () => [outside.laptop, outside.guest, outside.stranger, entrance];
  /** What the app behind the entrance is told, or why it can't be asked. */
  const open = (computer: Namespace, root: string, from?: string, name = host) =>
    browse(computer.enter, { host: name, root, from }).then(({ body }) => body, String);

  it("lead names to addresses, at home by the router's own name server", async ({ skip }) => {
    skip(why !== undefined, why);
    const { router, dns, laptop } = outside;
    for (const computer of everywhere()) {
      expect(await addressOf(computer, host)).toBe(router.address);
      expect(await addressOf(computer, "acme.example.net")).toBe(servicesAddress);
      expect(await addressOf(computer, "nobody.lab.example.com")).toBe("");
      expect(await addressOf(computer, "deb.debian.org")).toBe("");
    }
    dns.set("new.lab.example.com", "A", "192.0.2.1");
    expect(await addressOf(laptop, "new.lab.example.com")).toBe("192.0.2.1");
    dns.set("new.lab.example.com", "A");
    expect(await addressOf(laptop, "new.lab.example.com")).toBe("");
  });

  it("tell a home its address", async ({ skip }) => {
    skip(why !== undefined, why);
    const { router, ca, laptop } = outside;
    const request = { host: "api.cloudflare.com", path: "/cdn-cgi/trace", root: ca };
    expect((await browse(laptop.enter, request)).body).toContain(`ip=${router.address}\n`);
  });

  it("certify a host to which http-01 comes, and strangers are seen there", async ({ skip }) => {
    skip(why !== undefined, why);
    const { acme, ca, laptop, stranger: internet, router, dns } = outside;
    const root = await acme.root();
    const traefik = await startEntrance(entrance, outside, path.join(folder, "http01"), host, "http01");
    onTestFinished(() => traefik.stop());
    await traefik.until("certified", () => acme.issued() === 1);
    await expect.poll(() => open(internet, root), patience).toBe(stranger);
    expect(await open(internet, root, otherStranger)).toBe(otherStranger);
    expect(await open(laptop, root)).toBe(gatewayAddress);
    // What vouches for the services vouches for no host.
    expect(await open(internet, ca)).toContain("unable to get local issuer certificate");
    expect(await open(internet, root, undefined, other)).toContain("self-signed certificate");

    // The name follows the address, and not before it is told.
    const address = await router.changeAddress();
    expect(await open(internet, root)).toContain("EHOSTUNREACH");
    dns.set(entranceName, "A", address);
    expect(await open(internet, root)).toBe(stranger);
    expect(await open(laptop, root)).toBe(gatewayAddress);
  });

  it("certify no host to which http-01 does not come", async ({ skip }) => {
    skip(why !== undefined, why);
    const { acme, dns } = outside;
    const before = acme.issued();
    const elsewhere = "elsewhere.lab.example.com";
    dns.set(elsewhere, "A", "203.0.113.99");
    const traefik = await startEntrance(entrance, outside, path.join(folder, "none"), elsewhere, "http01");
    onTestFinished(() => traefik.stop());
    await traefik.until("refused", () => traefik.output.includes("urn:ietf:params:acme:error"));
    expect(traefik.output).toContain("203.0.113.99");
    expect(acme.issued()).toBe(before);
  });

  it("certify a host whose zone is changed at Cloudflare", async ({ skip }) => {
    skip(why !== undefined, why);
    const { acme, cloudflare, stranger: internet } = outside;
    const before = acme.issued();
    const root = await acme.root();
    const traefik = await startEntrance(entrance, outside, path.join(folder, "dns01"), other, "dns01");
    onTestFinished(() => traefik.stop());
    await traefik.until("certified", () => acme.issued() === before + 1);
    await expect.poll(() => open(internet, root, undefined, other), patience).toBe(stranger);
    expect(cloudflare.requests).toContain(`POST /client/v4/zones/${zoneId}/dns_records`);
    // Nothing is left of what proved it.
    await expect.poll(() => cloudflare.records).toEqual([]);
  });

  it("lead a name where a record at Cloudflare says", async ({ skip }) => {
    skip(why !== undefined, why);
    const record = { ttl: 1, proxied: false, comment: null };
    outside.cloudflare.put({ ...record, name: "wiki.lab.example.com", type: "CNAME", content: entranceName });
    outside.cloudflare.put({ ...record, name: "*.all.example.com", type: "A", content: "192.0.2.2" });
    for (const computer of everywhere()) {
      expect(await addressOf(computer, "wiki.lab.example.com")).toBe(outside.router.address);
      expect(await addressOf(computer, "any.all.example.com")).toBe("192.0.2.2");
    }
  });
});
