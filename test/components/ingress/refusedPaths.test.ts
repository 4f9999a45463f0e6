import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Answer, get, type Request } from "../../edge/browse.ts";
import { gogsHost, Home, noEdge, sensorsHost } from "../../edge/home.ts";
import type { Traefik } from "../../edge/traefik.ts";

const why = await noEdge();
const home = new Home("refused-paths");
let traefik: Traefik;

beforeAll(async () => {
  if (why !== undefined) return;
  await home.start("selfSigned");
  traefik = await home.traefik("self-signed", { certificates: "selfSigned" });
  await traefik.until("routing", async () => (await ask({ path: "/" })).status !== 404);
}, 180_000);
afterAll(async () => {
  if (why === undefined) await home.stop();
}, 60_000);
beforeEach(({ skip }) => skip(why !== undefined, why));

function ask(request: Partial<Request>): Promise<Answer> {
  return get({ host: sensorsHost, port: home.ports.websecure, ...request });
}

describe("a path that a program behind may read otherwise than Traefik", () => {
  // The forms of CVE-2026-137481 and its kin: a parameter, a backslash, and what stands encoded for either or for a
  // slash. A program that cuts off parameters would read each as /user/login or as the page behind the login.
  const paths = {
    [gogsHost]: [
      ...["/x/..;/user/login", "/x/..;y=1/user/login", "/user;x/login", "/user/login;x", "/;/user/login"],
      ...["/user/.;/login", "/x/..%3B/user/login", "/user%3bx/login", "/user\\login", "/x\\..\\user\\login"],
      ...["/user%5Clogin", "/user%2Flogin", "/x/..%2fuser/login", "/user/login%00"],
      // A target without a slash: no path to Traefik before 3.7.13, one to the program (traefik#13796).
      "http:user/login",
    ],
    [sensorsHost]: ["/readings/..;x/", "/readings/..%3b/", "/readings\\..\\", "/readings/..%2F"],
  };
  const same = ["//", "/./", "/readings/../", "/readings/%2e%2e/", "/readings/.%2E/", "/readings//../"];

  async function statusOf(path: string, host = sensorsHost): Promise<string> {
    return `${host}${path} ${(await ask({ host, path, from: "127.0.0.20" })).status}`;
  }

  it("is refused before it is asked; any other is not", async () => {
    for (const [host, each] of Object.entries(paths))
      for (const path of each) expect(await statusOf(path, host)).toBe(`${host}${path} 400`);
    // Nor is it the login's page in other words: that asks for its password.
    for (const path of [...same, "/readings/./..", "/readings;x/../"])
      expect(await statusOf(path)).toBe(`${sensorsHost}${path} 401`);
    const path = "/readings/src/main/100%25,(a+b)~c&d=e@f:g!/%C3%A4%23.txt?a=b";
    const { status, body } = await ask({ path, from: "127.0.0.20" });
    expect([status, JSON.parse(body.replace(/^.*<\/title>/, ""))]).toMatchObject([200, { path }]);
    expect(traefik.complaints).toEqual([]);
  });
});

describe("a pull request of a branch that is called like an option of git's (gogs#8390)", () => {
  const statusOf = async (compared: string, method = "POST") =>
    (await ask({ host: gogsHost, method, path: `/me/notes${compared}`, from: "127.0.0.21" })).status;

  it.for([
    "/compare/main...--output=x",
    "/compare/main...me:--output=x",
    "/compare/--output=x...main",
    "/compare/-x",
    "/compare/main...%2D-output=x",
    "/compare/main%2E..--output=x",
    "/compare/ma%0Ain...--output=x",
    "//compare/main...--output=x",
    "/./compare/x/../main...--output=x",
    "/compare/feature/a...me%3A-b",
  ])("is refused: %s", async (compared) => {
    expect(await statusOf(compared)).toBe(400);
    expect(await statusOf(compared, "GET")).toBe(400);
  });

  it.for(["/compare/main...feature-x", "/compare/main...me:a-b", "/src/main/-x", "/compare/v1.0-rc...main"])(
    "is none: %s",
    async (compared) => expect(await statusOf(compared)).not.toBe(400),
  );
});
