import { mkdtempSync, rmSync } from "node:fs";
import { createSecureServer, type Http2SecureServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { browse, inShort } from "../../../lab/home/browse.ts";
import { type OwnCertificate, ownCertificate } from "../../../lab/outside/certificate.ts";

const here = { enter: [] };
const password = "right horse";
let folder: string;
let own: OwnCertificate;
let other: OwnCertificate;
let server: Http2SecureServer;
let url: string;
/** How many passwords it checks before it turns everybody away. */
let patience = Infinity;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "bramble-browse-"));
  own = ownCertificate(folder, "own", "IP:127.0.0.1");
  other = ownCertificate(folder, "other", "IP:127.0.0.1");
  const files = { cert: own.certificate, key: own.key, allowHTTP1: true };
  server = createSecureServer(files, (request, response) => {
    const login = Buffer.from((request.headers.authorization ?? "").replace(/^Basic /, ""), "base64");
    const status = patience-- <= 0 ? 429 : login.toString() === `owner:${password}` ? 200 : 401;
    let sent = "";
    request.on("data", (chunk: Buffer) => (sent += chunk.toString()));
    request.on("end", () => {
      if (request.url === "/away") return void response.writeHead(301, { location: `${url}/there` }).end();
      const kind = String(request.headers["x-kind"]);
      response.writeHead(status).end(`<html>${request.method} "page" \n${kind} ${sent}</html>`);
    });
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

describe("browsing", () => {
  it("sees status, version, body and where it is sent", async () => {
    const page = await browse(here, `${url}/`, { root: own.certificateFile, login: `owner:${password}` });
    expect(page).toMatchObject({ status: 200, version: "2", location: "", error: "" });
    expect(page.body).toBe('<html>GET "page" \nundefined </html>');
    const away = await browse(here, `${url}/away`);
    expect(inShort(away)).toBe(`301 by HTTP/2 to ${url}/there`);
  });

  it("posts a body with its headers as they are", async () => {
    const body = '{"a": "b\\n\\"c"}';
    const sent = await browse(here, `${url}/`, { method: "POST", body, headers: { "X-Kind": "reading" } });
    expect(sent.status).toBe(401);
    expect(sent.body).toBe(`<html>POST "page" \nreading ${body}</html>`);
  });

  it("trusts the root that it is given and no other", async () => {
    const seen = await browse(here, `${url}/`, { root: other.certificateFile });
    expect(seen.status).toBe(0);
    expect(inShort(seen)).toMatch(/certificate/);
  });

  it("says why nobody answers", async () => {
    const closed = await browse(here, "https://127.0.0.1:1/");
    expect([closed.status, inShort(closed)]).toEqual([0, expect.stringMatching(/connect/i)]);
  });

  it("has its passwords in no command line", async () => {
    const enter = ["sh", "-c", 'echo "$@" >>"$0"; exec "$@"', path.join(folder, "commands")];
    await browse({ enter }, `${url}/`, { login: `owner:${password}` });
    const { stdout } = await execa("cat", [path.join(folder, "commands")]);
    expect(stdout).toContain("curl");
    expect(stdout).not.toContain(password);
  });
});

it("guessing counts how often each answer came", async () => {
  patience = 7;
  const script = new URL("../../../lab/home/guess.ts", import.meta.url).pathname;
  const { stdout } = await execa(process.execPath, [script, `${url}/`, "40"]);
  patience = Infinity;
  const { statuses, seconds } = JSON.parse(stdout) as { statuses: object; seconds: number };
  expect(statuses).toEqual({ "401": 7, "429": 33 });
  expect(seconds).toBeGreaterThan(0);
});
