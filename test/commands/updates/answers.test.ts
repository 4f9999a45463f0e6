import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import {
  NoAnswerError,
  networkAnswers,
  recordedAnswers,
  recording,
} from "../../../commands/updates/answers.ts";

/** A network that keeps what it was asked, with the authorization. */
function network(answer: (url: string, authorization: string | null) => Response) {
  const asked: string[] = [];
  const fetch = (input: string | URL | Request, init?: RequestInit) => {
    const url = input instanceof Request ? input.url : String(input);
    const authorization = new Headers(init?.headers).get("authorization");
    asked.push([url, ...(authorization === null ? [] : [authorization])].join(" "));
    return Promise.resolve(answer(url, authorization));
  };
  return { asked, fetch };
}

const json = (body: unknown, headers = {}) => new Response(JSON.stringify(body), { headers });

describe("the network", () => {
  it("gets a registry's token for whoever asks, and nobody else's", async () => {
    const { asked, fetch } = network((url, authorization) => {
      if (url.startsWith("https://auth.example/")) return json({ token: "t1" });
      if (url.startsWith("https://api.github.com/")) return json([]);
      if (authorization === "Bearer t1")
        return json({ manifests: [] }, { "docker-content-digest": "sha256:1" });
      const wanted = 'Bearer realm="https://auth.example/token",service="r",scope="repository:a:pull"';
      return new Response("", { status: 401, headers: { "www-authenticate": wanted } });
    });
    const ask = networkAnswers({ fetch, githubToken: "secret" });
    expect(await ask("https://r.example/v2/a/manifests/1.2")).toMatchObject({
      body: { manifests: [] },
      digest: "sha256:1",
    });
    expect(asked).toEqual([
      "https://r.example/v2/a/manifests/1.2",
      "https://auth.example/token?service=r&scope=repository%3Aa%3Apull",
      "https://r.example/v2/a/manifests/1.2 Bearer t1",
    ]);
    await ask("https://api.github.com/x");
    expect(asked.at(-1)).toBe("https://api.github.com/x Bearer secret");
  });

  it("asks a host that can't be reached once", async () => {
    const { asked, fetch } = network((url) => {
      if (url.startsWith("https://away.example"))
        throw new TypeError("fetch failed", { cause: new Error("ENOTFOUND") });
      return json([]);
    });
    const ask = networkAnswers({ fetch });
    const urls = ["https://away.example/1", "https://away.example/2", "https://there.example/3"];
    const ended = await Promise.allSettled(urls.map(ask));
    expect(ended.map(({ status }) => status)).toEqual(["rejected", "rejected", "fulfilled"]);
    expect(asked.toSorted()).toEqual(["https://away.example/1", "https://there.example/3"]);
    await expect(ask(urls[1]!)).rejects.toThrow("can't be reached: ENOTFOUND");
  });

  it.each([
    [404, true],
    [403, false],
  ])("tells with %i whether there is no such thing: %s", async (status, isAbsent) => {
    const ask = networkAnswers({ fetch: network(() => new Response("", { status })).fetch });
    const error = await ask("https://a.example/").catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NoAnswerError);
    expect(error).toMatchObject({ isAbsent, message: `answered ${status}` });
    // It did answer, and is asked again.
    await expect(ask("https://a.example/2")).rejects.toThrow(`answered ${status}`);
  });

  it("has the rest of a list by its link, and text as it comes", async () => {
    const link = '</v2/a/tags/list?last=1&n=1000>; rel="next"';
    const { fetch } = network((url) =>
      url.endsWith("list") ? new Response("v1\nv2\n") : json({ tags: [] }, { link }),
    );
    const ask = networkAnswers({ fetch });
    expect((await ask("https://r.example/v2/a/tags")).next).toBe(
      "https://r.example/v2/a/tags/list?last=1&n=1000",
    );
    expect((await ask("https://r.example/list")).body).toBe("v1\nv2\n");
  });
});

it("what was answered is recorded with its day, and nothing else", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "bramble-answers-"));
  try {
    const file = path.join(folder, "answers.json");
    const answered = (url: string) =>
      url.endsWith("/1") ? Promise.resolve({ body: [1] }) : Promise.reject(new NoAnswerError(url, "no"));
    const { ask, write } = recording(answered);
    await ask("https://a.example/1");
    await expect(ask("https://a.example/2")).rejects.toThrow("no");
    await write(file, "2026-11-28");
    const again = await recordedAnswers(file);
    expect(again.day).toBe("2026-11-28");
    expect(await again.ask("https://a.example/1")).toEqual({ body: [1] });
    await expect(again.ask("https://a.example/2")).rejects.toThrow(`not in ${file}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
