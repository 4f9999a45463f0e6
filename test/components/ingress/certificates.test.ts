import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { basic, get } from "../../edge/browse.ts";
import { openPage } from "../../edge/chromium.ts";
import { gogsHost, Home, noEdge, sensorsHost } from "../../edge/home.ts";
import type { Traefik } from "../../edge/traefik.ts";

const why = await noEdge();

describe("Traefik with Pebble's certificates", { timeout: 120_000 }, () => {
  const home = new Home("certificates");
  beforeAll(async () => {
    if (why === undefined) await home.start("acme");
  }, 180_000);
  afterAll(async () => {
    if (why === undefined) await home.stop();
  }, 60_000);

  const page = (root?: string, host = gogsHost) => get({ host, port: home.ports.websecure, root });
  const opens = (root: string, host?: string) =>
    page(root, host).then(
      ({ status }) => status === 200 || status === 401,
      () => false,
    );

  it.for(["dns01", "http01", "tlsAlpn01"] as const)(
    "proves both hosts by %s, and again asks for none",
    async (challenge, { skip }) => {
      skip(why !== undefined, why);
      const root = await home.pebble.root();
      const before = home.pebble.issued;
      const first = await home.traefik(challenge, { acme: home.acme(challenge) });
      await first.until("certified", async () => (await opens(root)) && (await opens(root, sensorsHost)));
      const { serial, headers } = await page(root);
      expect(headers["strict-transport-security"]).toBe("max-age=31536000");
      expect(home.pebble.issued).toBe(before + 2);
      expect(first.complaints).toEqual([]);
      await first.stop();

      const again = await home.traefik(challenge, { acme: home.acme(challenge) });
      await again.until("open", () => opens(root));
      expect((await page(root)).serial).toBe(serial);
      expect(home.pebble.issued).toBe(before + 2);
      expect(again.complaints).toEqual([]);
      await again.stop();

      const store = path.join(home.folder, challenge, "acme", "acme.json");
      expect(statSync(store).mode & 0o777).toBe(0o600);
      // Nothing is left of what proved it.
      expect(home.cloudflare.records).toEqual([]);
    },
  );

  describe("with its certificates", () => {
    let traefik: Traefik;
    let root: string;
    beforeAll(async () => {
      if (why !== undefined) return;
      root = await home.pebble.root();
      traefik = await home.traefik("http01", { acme: home.acme("http01") });
      await traefik.until("open", () => opens(root));
    }, 120_000);
    afterAll(async () => {
      if (why === undefined) await traefik.stop();
    });

    it("opens in a browser, which warns of nothing", async ({ skip }) => {
      skip(why !== undefined, why);
      const { missing, title, security } = await openPage(
        `https://${gogsHost}:${home.ports.websecure}/`,
        root,
        home.folder,
      );
      skip(missing !== undefined, missing);
      expect(title).toBe("gogs");
      expect(security).toMatchObject({
        issuer: expect.stringContaining("Pebble") as string,
        protocol: "TLS 1.3",
      });
    });

    it("does not open in a browser that does not know the authority", async ({ skip }) => {
      skip(why !== undefined, why);
      const opened = await openPage(`https://${gogsHost}:${home.ports.websecure}/`, undefined, home.folder);
      skip(opened.missing !== undefined, opened.missing);
      expect(opened.error).toContain("ERR_CERT_AUTHORITY_INVALID");
    });

    it("sends browsers from HTTP to HTTPS, for good", async ({ skip }) => {
      skip(why !== undefined, why);
      const answer = await fetch(`http://127.0.0.1:${home.ports.web}/explore?q=1`, { redirect: "manual" });
      expect(answer.status).toBe(301);
      expect(answer.headers.get("location")).toBe(`https://127.0.0.1:${home.ports.websecure}/explore?q=1`);
    });

    it("takes passwords off but where Gogs signs programs in", async ({ skip }) => {
      skip(why !== undefined, why);
      const headers = basic("me", "secret");
      const bodyOf = async (path: string) =>
        (await get({ host: gogsHost, port: home.ports.websecure, root, path, headers })).body;
      for (const path of [
        "/",
        "/explore",
        "/me/notes/src/api/x",
        "/user/login",
        "/me/notes.git/objects/info",
      ]) {
        expect(await bodyOf(path), path).not.toContain("authorization");
      }
      for (const path of [
        "/api/v1/user",
        "/me/notes.git/info/refs?service=git-upload-pack",
        "/me/notes/git-upload-pack",
      ]) {
        expect(await bodyOf(path), path).toContain("Basic ");
      }
    });

    it("finishes what is under way when it is stopped", async ({ skip }) => {
      skip(why !== undefined, why);
      const slow = get({ host: gogsHost, port: home.ports.websecure, root, path: "/slow" });
      await traefik.until("asked", () => true);
      await new Promise((resolve) => setTimeout(resolve, 500));
      const stopped = traefik.stop();
      expect((await slow).status).toBe(200);
      await stopped;
    });
  });

  it("asks for certificates again when they are lost", async ({ skip }) => {
    skip(why !== undefined, why);
    const before = home.pebble.issued;
    const lost = await home.traefik("lost", { acme: home.acme("http01") });
    expect(existsSync(path.join(home.folder, "lost", "acme", "acme.json"))).toBe(true);
    const root = await home.pebble.root();
    await lost.until("certified", async () => (await opens(root)) && (await opens(root, sensorsHost)));
    expect(home.pebble.issued).toBe(before + 2);
    await lost.stop();
  });
});

describe("Traefik with a wildcard", { timeout: 120_000 }, () => {
  const home = new Home("wildcard");
  beforeAll(async () => {
    if (why === undefined) await home.start({ wildcard: "*.home.example.com" });
  }, 180_000);
  afterAll(async () => {
    if (why === undefined) await home.stop();
  }, 60_000);

  it("has one certificate for all hosts", async ({ skip }) => {
    skip(why !== undefined, why);
    const root = await home.pebble.root();
    const traefik = await home.traefik("wildcard", { acme: home.acme("dns01") });
    const page = (host: string) => get({ host, port: home.ports.websecure, root });
    await traefik.until("certified", () =>
      page(gogsHost).then(
        () => true,
        () => false,
      ),
    );
    expect((await page(sensorsHost)).serial).toBe((await page(gogsHost)).serial);
    expect(home.pebble.issued).toBe(1);
    await traefik.stop();
  });

  it("has it too where all hosts are aliases into a zone that the token does not reach", async ({ skip }) => {
    skip(why !== undefined, why);
    home.alias("home.example.com", "myhome.duckdns.test");
    const root = await home.pebble.root();
    const before = home.pebble.issued;
    const traefik = await home.traefik("aliased", { acme: home.acme("dns01") });
    await traefik.until("certified", () =>
      get({ host: gogsHost, port: home.ports.websecure, root }).then(
        () => true,
        () => false,
      ),
    );
    expect(home.pebble.issued).toBe(before + 1);
    expect(traefik.complaints).toEqual([]);
    expect(home.cloudflare.records).toEqual([]);
    await traefik.stop();
  });
});
