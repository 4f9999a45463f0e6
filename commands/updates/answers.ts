// Where answers of registries and release lists come from: the network, or a file in which they were recorded.
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { reasonOf } from "../../tools/lines.ts";
import { replaceFile } from "../../tools/replaceFile.ts";

/** What was answered. */
export interface Answer {
  /** JSON as parsed, any other text as it came. */
  readonly body: unknown;
  /** The digest of an image, where a registry names one. */
  readonly digest?: string | undefined;
  /** The URL of the rest of a list. */
  readonly next?: string | undefined;
}

/**
 * Asks for what is at a URL.
 *
 * @throws NoAnswerError
 */
export type Ask = (url: string) => Promise<Answer>;

/** Thrown where a source has not answered. */
export class NoAnswerError extends Error {
  override readonly name = "NoAnswerError";
  readonly url: string;
  /** Whether the source has answered that there is no such thing. */
  readonly isAbsent: boolean;

  constructor(url: string, reason: string, isAbsent = false) {
    super(reason);
    this.url = url;
    this.isAbsent = isAbsent;
  }
}

/** Answers as they are in a file. */
interface Recorded {
  /** The day on which they were given: `2026-11-28`. */
  readonly day: string;
  readonly answers: AnswersByUrl;
}

type AnswersByUrl = Readonly<Record<string, Answer | undefined>>;

/** The answers in a file, and the day on which they were given. */
export async function recordedAnswers(file: string): Promise<{ ask: Ask; day: string }> {
  const { day, answers } = JSON.parse(await readFile(file, "utf8")) as Recorded;
  const ask: Ask = (url) => {
    const answer = answers[url];
    return answer ? Promise.resolve(answer) : Promise.reject(new NoAnswerError(url, `not in ${file}`));
  };
  return { ask, day };
}

/** Asks as `ask` does, and keeps what is answered. */
export function recording(ask: Ask): { ask: Ask; write: (file: string, day: string) => Promise<void> } {
  const answers: Record<string, Answer> = {};
  return {
    ask: async (url) => (answers[url] = await ask(url)),
    write: (file, day) =>
      replaceFile(file, `${JSON.stringify({ day, answers } satisfies Recorded, null, 1)}\n`),
  };
}

const accepted = [
  "application/json",
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json;q=0.5",
  "*/*;q=0.1",
].join(", ");

/** What asking over the network depends on. */
export interface Network {
  /** Default: Node's own. */
  readonly fetch?: typeof fetch;
  /** A token for GitHub's API, which answers 60 requests an hour without one. */
  readonly githubToken?: string | undefined;
  /** Milliseconds for each answer. Default: 20,000. */
  readonly patience?: number;
}

/**
 * Asks over the network: one request at a time for each host, and none more of a host that can't be reached. A
 * registry that wants a token gives one to everybody.
 */
export function networkAnswers({ fetch: ask = fetch, githubToken, patience = 20_000 }: Network = {}): Ask {
  const queues = new Map<string, Promise<unknown>>();
  const unreachable = new Map<string, string>();

  const get = async (url: string, token?: string) => {
    const headers = {
      accept: accepted,
      "user-agent": "bramble",
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    };
    return ask(url, { headers, signal: AbortSignal.timeout(patience) });
  };

  const answer = async (url: string): Promise<Answer> => {
    const { host } = new URL(url);
    const before = unreachable.get(host);
    if (before !== undefined) throw new NoAnswerError(url, before);
    try {
      let response = await get(url, host === "api.github.com" ? githubToken : undefined);
      const wanted = response.status === 401 && response.headers.get("www-authenticate");
      if (wanted) response = await get(url, await registryToken(wanted, get));
      if (!response.ok) {
        const isAbsent = response.status === 404;
        throw new NoAnswerError(
          url,
          `answered ${response.status} ${response.statusText}`.trimEnd(),
          isAbsent,
        );
      }
      return await answerOf(response, url);
    } catch (error) {
      if (error instanceof NoAnswerError) throw error;
      const reason = `can't be reached: ${reasonOf(error)}`;
      unreachable.set(host, reason);
      throw new NoAnswerError(url, reason);
    }
  };

  return (url) => {
    const { host } = new URL(url);
    const mine = (queues.get(host) ?? sleep(0)).then(() => answer(url));
    queues.set(
      host,
      mine.catch(() => undefined),
    );
    return mine;
  };
}

/** A token for whoever asks, from where a registry says: `Bearer realm="…",service="…",scope="…"`. */
async function registryToken(wanted: string, get: (url: string) => Promise<Response>) {
  const { realm = "", ...query } = Object.fromEntries(
    [...wanted.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = "", value = ""]) => [key, value]),
  );
  const given = await get(`${realm}?${new URLSearchParams(query).toString()}`);
  const { token, access_token: other } = (await given.json()) as { token?: string; access_token?: string };
  return token ?? other;
}

async function answerOf(response: Response, url: string): Promise<Answer> {
  const text = await response.text();
  const digest = response.headers.get("docker-content-digest") ?? undefined;
  const link = /<([^>]+)>;\s*rel="?next"?/.exec(response.headers.get("link") ?? "")?.[1];
  const next = link === undefined ? undefined : new URL(link, url).href;
  return { body: /^\s*[[{]/.test(text) ? (JSON.parse(text) as unknown) : text, digest, next };
}
