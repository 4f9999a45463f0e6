import { execFile, execFileSync } from "node:child_process";
import { once } from "node:events";
import { Agent } from "node:https";
import { connect, createServer } from "node:net";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { defaultLimits, type RateLimit } from "../../../components/app/limits.ts";
import { type Answer, basic, get, type Request } from "../../edge/browse.ts";
import { gogsHost, Home, login, noEdge, sensorsHost, wikiHost } from "../../edge/home.ts";
import type { Access, Traefik } from "../../edge/traefik.ts";

const why = await noEdge();
const repositories = mkdtempSync(path.join(tmpdir(), "repositories-"));
const home = new Home("brute-force");
let traefik: Traefik;

beforeAll(async () => {
  if (why === undefined) await home.start("selfSigned", repositories, true);
}, 180_000);
afterAll(async () => {
  if (why === undefined) await home.stop();
  rmSync(repositories, { recursive: true });
}, 60_000);
beforeEach(async ({ skip }) => {
  skip(why !== undefined, why);
  // A new one has forgotten who asked how often.
  traefik = await home.traefik("self-signed", { certificates: "selfSigned" });
  await traefik.until("routing", async () => (await ask({ path: "/", from: "127.0.0.99" })).status !== 404);
}, 60_000);

function ask(request: Partial<Request>): Promise<Answer> {
  return get({ host: sensorsHost, port: home.ports.websecure, ...request });
}

/** All answers to a number of requests, as fast as they come. */
async function flood(count: number, request: (i: number) => Partial<Request>): Promise<Answer[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 40 });
  const answers = await Promise.all(Array.from({ length: count }, (_, i) => ask({ agent, ...request(i) })));
  agent.destroy();
  return answers;
}

/** Milliseconds that a right password takes from an address of its own. */
async function timeOfLogin(): Promise<number> {
  const start = performance.now();
  const { status } = await ask({ from: "127.0.0.3", headers: basic(login.user, login.password) });
  expect(status).toBe(200);
  return performance.now() - start;
}

const wrong = (i: number) => basic(login.user, `wrong-${i}`);
const withStatus = (answers: Answer[], status: number) => answers.filter((each) => each.status === status);
/** What a bucket lets through in some seconds; one for the edge between them. */
const allowed = ({ perMinute, burst }: RateLimit, seconds: number) => burst + (perMinute / 60) * seconds + 1;

/** Seconds from the first to the last of some requests, as Traefik saw them. */
function seconds(accesses: Access[]): number {
  const times = accesses.map(({ StartUTC }) => Date.parse(StartUTC));
  return (Math.max(...times) - Math.min(...times)) / 1000;
}

describe("5,000 wrong passwords from one address, as fast as they come", { timeout: 180_000 }, () => {
  it("are checked no oftener than burst and rate allow; others notice nothing", async () => {
    const usual = await timeOfLogin();
    const attack = flood(5000, (i) => ({ from: "127.0.0.2", headers: wrong(i) }));
    const over = new AbortController();
    void attack.then(() => over.abort());
    await sleep(300);
    const others: number[] = [];
    while (!over.signal.aborted) {
      others.push(await timeOfLogin());
      await sleep(300);
    }
    const answers = await attack;

    const accesses = traefik.accesses.filter(({ ClientHost }) => ClientHost === "127.0.0.2");
    expect(accesses).toHaveLength(5000);
    const took = seconds(accesses);
    const checked = withStatus(answers, 401);
    const refused = withStatus(answers, 429);
    console.log(
      `5000 wrong passwords in ${took.toFixed(1)} s: ${checked.length} checked, ${refused.length} refused; ` +
        `a login from elsewhere took ${usual.toFixed(0)} ms before and ` +
        `${others.map((ms) => ms.toFixed(0)).join(", ")} ms meanwhile; ` +
        `Traefik's memory ${JSON.stringify(traefik.memory)} MiB`,
    );
    expect(checked.length).toBeGreaterThanOrEqual(defaultLimits.passwords.burst);
    expect(checked.length).toBeLessThanOrEqual(allowed(defaultLimits.passwords, took));
    expect(checked.length + refused.length).toBe(5000);
    for (const { headers } of refused) {
      // A request too many under way has no date to come again.
      if (headers["x-retry-in"] !== undefined)
        expect(Number(headers["retry-after"])).toBeGreaterThanOrEqual(1);
    }
    expect(refused.filter(({ headers }) => headers["retry-after"] !== undefined).length).toBeGreaterThan(
      4000,
    );
    // Against what a login takes here and now, since other tests run at the same time.
    expect(Math.min(...others)).toBeLessThan(10 * usual + 500);
    expect(traefik.memory.anonymous).toBeLessThan(80);
    expect(traefik.complaints).toEqual([]);
  });

  it("are not more when they claim to come from elsewhere", async () => {
    const start = Date.now();
    const answers = await flood(600, (i) => ({
      from: "127.0.0.4",
      headers: {
        ...wrong(i),
        "x-forwarded-for": `198.51.100.${i % 250}`,
        "x-real-ip": `198.51.100.${i % 250}`,
      },
    }));
    const checked = withStatus(answers, 401).length;
    expect(checked).toBeLessThanOrEqual(allowed(defaultLimits.passwords, (Date.now() - start) / 1000));
  });

  it("on Gogs' own login meet a tighter limit, however its path is written", async () => {
    const start = Date.now();
    const paths = [
      "/user/login",
      "/user/login/",
      "//user/login",
      "/user/./login",
      "/user/../user/login",
      "/user/login?x=1",
    ];
    const answers = await flood(300, (i) => ({
      host: gogsHost,
      from: "127.0.0.5",
      method: "POST",
      path: paths[i % paths.length]!,
    }));
    const passed = answers.filter(({ status }) => status !== 429 && status !== 301 && status !== 308).length;
    expect(passed).toBeLessThanOrEqual(allowed(defaultLimits.logins, (Date.now() - start) / 1000));
    expect((await ask({ host: gogsHost, from: "127.0.0.6", path: "/user%2Flogin" })).status).toBe(400);
  });

  it("on Gogs' pages lose their password, and on git and the API meet a limit", async () => {
    const start = Date.now();
    const answers = await flood(400, (i) => ({
      host: gogsHost,
      from: "127.0.0.7",
      path: i % 2 ? "/me/notes.git/info/refs?service=git-upload-pack" : "/api/v1/user",
      headers: wrong(i),
    }));
    const passed = answers.filter(({ status }) => status !== 429).length;
    expect(passed).toBeLessThanOrEqual(allowed(defaultLimits.credentials, (Date.now() - start) / 1000));
  });
});

describe("an app of the user's for the LAN alone", () => {
  const statusOf = async (from: string, changes: Partial<Request> = {}) =>
    (await ask({ host: wikiHost, from, ...changes })).status;

  it("answers the LAN and nobody else", async () => {
    expect(await statusOf("127.0.0.9")).toBe(200);
    expect(await statusOf("127.0.0.40")).toBe(403);
    const claims = { "x-forwarded-for": "127.0.0.9", "x-real-ip": "127.0.0.9", forwarded: "for=127.0.0.9" };
    expect(await statusOf("127.0.0.40", { headers: claims })).toBe(403);
    // Other hosts are for everybody.
    expect((await ask({ from: "127.0.0.40" })).status).toBe(401);
  });

  it("answers nobody through a proxy outside, whoever it says that asks", async () => {
    traefik = await home.traefik("self-signed", {
      certificates: "selfSigned",
      trustedProxies: ["127.0.0.41/32"],
    });
    await traefik.until("routing", async () => (await statusOf("127.0.0.9")) === 200);
    expect(await statusOf("127.0.0.41", { headers: { "x-forwarded-for": "127.0.0.9" } })).toBe(403);
  });

  it("bounds guesses on its login, and passwords reach it", async () => {
    const start = Date.now();
    const answers = await flood(100, () => ({ host: wikiHost, from: "127.0.0.10", path: "/login" }));
    const passed = withStatus(answers, 200).length;
    expect(passed).toBeGreaterThanOrEqual(defaultLimits.logins.burst);
    expect(passed).toBeLessThanOrEqual(allowed(defaultLimits.logins, (Date.now() - start) / 1000));
    const { body } = await ask({ host: wikiHost, from: "127.0.0.10", headers: basic("me", "pass") });
    expect(body).toContain(basic("me", "pass").authorization);
  });
});

describe("a name that nobody has", () => {
  /** Milliseconds of processor that Traefik takes for wrong passwords that come all at once, from an address each. */
  async function costOf(guesses: readonly (readonly [user: string, password: string])[]): Promise<number> {
    const before = traefik.processor;
    const agent = new Agent({ keepAlive: true, maxSockets: guesses.length });
    const answers = await Promise.all(
      guesses.map(([user, password], i) =>
        ask({ agent, from: `127.0.1.${i + 1}`, headers: basic(user, password) }),
      ),
    );
    agent.destroy();
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
    return traefik.processor - before;
  }

  // Up to 3.7.12 all names that nobody has shared one check of a password, and so were answered sooner.
  it("costs Traefik as much as one that somebody has, so that neither can be told", async () => {
    const [nobody, somebody] = [
      (round: number) => Array.from({ length: 40 }, (_, i) => [`nobody-${i}`, `wrong-${round}`] as const),
      (round: number) => Array.from({ length: 40 }, (_, i) => [login.user, `wrong-${round}-${i}`] as const),
    ];
    await costOf(somebody(0));
    let [ofNobody, ofSomebody] = [0, 0];
    for (const round of [1, 2, 3]) {
      ofNobody += await costOf(nobody(round));
      ofSomebody += await costOf(somebody(round));
    }
    console.log(
      `120 guesses at names that nobody has: ${ofNobody} ms; at one that somebody has: ${ofSomebody} ms`,
    );
    expect(ofNobody).toBeGreaterThan(0.7 * ofSomebody);
  });
});

it("forgets a guesser only after a while of quiet", { timeout: 60_000 }, async () => {
  const { burst, perMinute } = defaultLimits.passwords;
  const start = Date.now();
  const guesses = async () =>
    withStatus(await flood(2 * burst, (i) => ({ from: "127.0.0.8", headers: wrong(i) })), 401).length;
  const first = await guesses();
  await sleep(4_000);
  const second = await guesses();
  expect(first + second).toBeLessThanOrEqual(allowed(defaultLimits.passwords, (Date.now() - start) / 1000));
  await sleep((60 / perMinute + 2) * 1000);
  expect(await guesses()).toBeGreaterThanOrEqual(burst);
});

describe("the apps behind", () => {
  it("get neither the login's password nor one that is not for them", async () => {
    const { body } = await ask({ from: "127.0.0.10", headers: basic(login.user, login.password) });
    expect(body).toContain("<title>sensors</title>");
    expect(body).not.toContain("authorization");
  });
  it("get a device's token, without the login", async () => {
    const headers = { authorization: "Bearer token" };
    const { status, body } = await ask({ from: "127.0.0.11", path: "/readings", headers });
    expect(status).toBe(200);
    expect(body).toContain("Bearer token");
  });
  it("are told the client's address, and not what it claims", async () => {
    const headers = { "x-forwarded-for": "198.51.100.9" };
    const { body } = await ask({ from: "127.0.0.12", path: "/readings", headers });
    expect(body).toContain('"forwarded":"127.0.0.12"');
  });
  it("get no header whose name another's alias is", async () => {
    const names = ["x_forwarded_for", "x.forwarded.for", "X!Forwarded!For", "x~real~ip", "x_forwarded-proto"];
    const headers = Object.fromEntries(names.map((name) => [name, "198.51.100.9"]));
    const { status, body } = await ask({ from: "127.0.0.13", path: "/readings", headers });
    expect(status).toBe(200);
    const heard = JSON.parse(body.replace(/^.*<\/title>/, "")) as { headers: string[] };
    expect(heard.headers.filter((name) => !/^[a-z0-9-]+$/.test(name))).toEqual([]);
    expect(body).toContain('"forwarded":"127.0.0.13"');
  });
});

describe("a trusted proxy", { timeout: 60_000 }, () => {
  it("has each of its clients counted by itself, by the address that it adds; nobody else has", async () => {
    const proxied = { certificates: "selfSigned", trustedProxies: ["127.0.0.50/32"] } as const;
    traefik = await home.traefik("proxied", proxied);
    const through = (client: string) => ({ "x-forwarded-for": `198.51.100.1, ${client}` });
    const readings = { from: "127.0.0.50", path: "/readings" };
    await traefik.until("routing", async () => (await ask(readings)).status === 200);
    expect((await ask({ ...readings, headers: through("203.0.113.5") })).body).toContain("203.0.113.5");
    const { body } = await ask({ ...readings, from: "127.0.0.51", headers: through("203.0.113.5") });
    expect(body).not.toContain("203.0.113.5");

    const { burst } = defaultLimits.passwords;
    const guesses = await flood(2 * burst, (i) => ({
      from: "127.0.0.50",
      headers: { ...wrong(i), ...through("203.0.113.6") },
    }));
    expect(withStatus(guesses, 429).length).toBeGreaterThan(0);
    const headers = basic(login.user, login.password);
    const other = await ask({ from: "127.0.0.50", headers: { ...headers, ...through("203.0.113.7") } });
    expect(other.status).toBe(200);
    expect(traefik.complaints).toEqual([]);
  });
});

it("hands connections for SSH on as they come", { timeout: 60_000 }, async () => {
  const server = createServer((socket) => socket.end("SSH-2.0-gogs\r\n")).listen(0, "127.0.0.1");
  await once(server, "listening");
  const backend = `127.0.0.1:${(server.address() as { port: number }).port}`;
  traefik = await home.traefik("ssh", { certificates: "selfSigned", ssh: { port: 2222, backend } });
  const banner = () =>
    new Promise<string>((resolve) => {
      let text = "";
      const client = connect(home.ports.ssh, "127.0.0.1");
      client.on("data", (chunk) => (text += chunk.toString()));
      client.on("error", () => client.destroy());
      // A connection that comes before the route is there waits for the client's first word, for good.
      client.setTimeout(2000, () => client.destroy());
      client.on("close", () => resolve(text));
    });
  await traefik.until("handing on", async () => (await banner()) === "SSH-2.0-gogs\r\n");
  expect(traefik.complaints).toEqual([]);
  server.close();
});

describe("git", { timeout: 120_000 }, () => {
  it("clones a repository in 500 requests without meeting a limit", async ({ skip }) => {
    const objects = makeRepository();
    skip(objects === undefined, "git is not on PATH");
    const clone = path.join(repositories, "clone");
    const url = `https://${gogsHost}:${home.ports.websecure}/me/notes.git`;
    const start = performance.now();
    await promisify(execFile)("git", [
      ...["-c", `http.curloptResolve=${gogsHost}:${home.ports.websecure}:127.0.0.1`],
      // The certificate is Traefik's own here; certificates have a test of their own.
      ...["-c", "http.sslVerify=false", "clone", "--quiet", url, clone],
    ]);
    const asked = traefik.accesses.filter(({ RequestPath }) => RequestPath.startsWith("/me/notes.git"));
    console.log(
      `git clone: ${asked.length} requests in ${((performance.now() - start) / 1000).toFixed(1)} s`,
    );
    expect(asked.length).toBeGreaterThan(500);
    expect(asked.filter(({ DownstreamStatus }) => DownstreamStatus === 429)).toEqual([]);
    expect(execFileSync("git", ["-C", clone, "log", "--oneline"], { encoding: "utf8" })).toContain("notes");
  });
});

/** A bare repository of so many loose objects that a clone over plain HTTP needs 500 requests. */
function makeRepository(): number | undefined {
  const work = path.join(repositories, "work");
  mkdirSync(work);
  for (let i = 0; i < 520; i++) writeFileSync(path.join(work, `note-${i}`), `${i}\n`);
  const git = (...args: string[]) => execFileSync("git", ["-C", work, ...args], { stdio: "pipe" });
  try {
    git("init", "--quiet", "--initial-branch=main");
  } catch {
    return undefined;
  }
  git("add", ".");
  git("-c", "user.name=me", "-c", "user.email=me@example.com", "commit", "--quiet", "-m", "notes");
  const bare = path.join(repositories, "me", "notes.git");
  // A local clone keeps the objects loose; a fetch would pack them.
  git("clone", "--quiet", "--bare", "--local", work, bare);
  execFileSync("git", ["-C", bare, "update-server-info"]);
  return 520;
}
