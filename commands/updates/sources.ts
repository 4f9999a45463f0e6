import { formOf, numbersOf } from "../../components/workload/versions.ts";
import type { Ask } from "./answers.ts";

/** Where a project says which versions it has released. */
export type Source =
  /** Releases on GitHub, of `owner/name`. `form`: that of their tags. Default: `v#.#.#`. */
  | { readonly at: "github"; readonly id: string; readonly form?: string }
  /** The list of Node's releases. */
  | { readonly at: "node" }
  /** What a registry of packages calls the latest. */
  | { readonly at: "npm" | "pypi"; readonly id: string }
  /** The versions of a Go module. */
  | { readonly at: "go"; readonly id: string }
  /** The tags of an image, with the form of the pinned one. */
  | { readonly at: "registry"; readonly id: string; readonly form: string };

/** A version that was released. */
export interface Release {
  /** Its numbers: 3, 7, 18. */
  readonly numbers: readonly number[];
  /** The day of its release, where the source tells it. */
  readonly date?: string | undefined;
  /** What it repairs, where the source speaks of security. */
  readonly security?: string | undefined;
}

/** The URL of a source's list. */
export function listUrl(source: Source): string {
  switch (source.at) {
    case "github":
      return `https://api.github.com/repos/${source.id}/releases?per_page=100`;
    case "node":
      return "https://nodejs.org/dist/index.json";
    case "npm":
      return `https://registry.npmjs.org/${source.id}/latest`;
    case "pypi":
      return `https://pypi.org/pypi/${source.id}/json`;
    case "go":
      return `https://proxy.golang.org/${source.id.replaceAll(/[A-Z]/g, (letter) => `!${letter.toLowerCase()}`)}/@v/list`;
    case "registry":
      return `${repositoryUrl(source.id)}/tags/list?n=1000`;
  }
}

/** An image's repository in the API of its registry. */
export function repositoryUrl(repository: string): string {
  const [first = "", ...rest] = repository.split("/");
  if (rest.length > 0 && /[.:]/.test(first)) return `https://${first}/v2/${rest.join("/")}`;
  return `https://registry-1.docker.io/v2/${rest.length > 0 ? repository : `library/${repository}`}`;
}

/**
 * All releases that a source names, but for those before a release.
 *
 * @throws NoAnswerError; TypeError if the answer has another form
 */
export async function releasesOf(source: Source, ask: Ask): Promise<Release[]> {
  const { body, next } = await ask(listUrl(source));
  switch (source.at) {
    case "github":
      return (body as GithubRelease[])
        .filter(({ tag_name, draft, prerelease }) => {
          return !draft && !prerelease && formOf(tag_name) === (source.form ?? "v#.#.#");
        })
        .map(({ tag_name, published_at, body: notes }) => {
          return { numbers: numbersOf(tag_name), date: day(published_at), security: securityIn(notes ?? "") };
        });
    case "node":
      return (body as NodeRelease[]).map(({ version, date, security }) => {
        return { numbers: numbersOf(version), date, security: security ? "a security release" : undefined };
      });
    case "npm":
      return [{ numbers: numbersOf((body as { version: string }).version) }];
    case "pypi": {
      const { info, urls } = body as PypiProject;
      return [{ numbers: numbersOf(info.version), date: day(urls?.[0]?.upload_time_iso_8601) }];
    }
    case "go":
      return versions(String(body).split("\n"), "v#.#.#");
    case "registry":
      return versions(await allTags(body as TagList, next, ask), source.form);
  }
}

interface GithubRelease {
  readonly tag_name: string;
  readonly draft?: boolean;
  readonly prerelease?: boolean;
  readonly published_at?: string;
  readonly body?: string | null;
}

interface NodeRelease {
  readonly version: string;
  readonly date: string;
  readonly security: boolean;
}

interface PypiProject {
  readonly info: { readonly version: string };
  readonly urls?: readonly { readonly upload_time_iso_8601: string }[];
}

interface TagList {
  readonly tags: readonly string[];
}

/** Pages of tags that are read at most. */
const mostPages = 20;

async function allTags(first: TagList, link: string | undefined, ask: Ask): Promise<string[]> {
  const tags = [...first.tags];
  let next = link;
  for (let page = 1; next !== undefined && page < mostPages; page++) {
    const answer = await ask(next);
    tags.push(...(answer.body as TagList).tags);
    next = answer.next;
  }
  return tags;
}

function versions(tags: readonly string[], form: string): Release[] {
  return tags.filter((tag) => formOf(tag) === form).map((tag) => ({ numbers: numbersOf(tag) }));
}

function day(time: string | undefined): string | undefined {
  return time?.slice(0, 10);
}

/** What release notes say of security: the numbers of what is repaired, or that they speak of it. */
function securityIn(notes: string): string | undefined {
  const ids = new Set(notes.match(/\bCVE-\d{4}-\d+\b/g) ?? notes.match(/\bGHSA(-\w{4}){3}\b/g));
  if (ids.size > 0) return [...ids].join(", ");
  return /\bsecurity\b/i.test(notes) ? "its notes speak of security" : undefined;
}
