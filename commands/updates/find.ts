import semver from "semver";
import { repositoryOf } from "../../components/workload/images.ts";
import { compareNumbers, numbersOf, semverOf, withNumbers } from "../../components/workload/versions.ts";
import { complaintsAbout } from "../../policy/imageVersions.ts";
import { reasonOf } from "../../tools/lines.ts";
import { type Answer, type Ask, NoAnswerError } from "./answers.ts";
import type { Pin } from "./pins.ts";
import { listUrl, type Release, releasesOf, repositoryUrl } from "./sources.ts";

/** A version to which a pin can be changed. */
export interface Update extends Release {
  /** As it is written: `v3.7.18`. */
  readonly version: string;
  /** The digest of its image; undefined for what is no image, or where its registry did not answer. */
  readonly digest?: string | undefined;
}

/** A source that did not answer. */
export interface NotAsked {
  readonly url: string;
  readonly reason: string;
}

/** What is known of a pin. */
export interface Finding {
  readonly pin: Pin;
  /** `unknown` where no list of versions was had: then it is neither current nor not. */
  readonly state: "newer" | "current" | "unknown";
  /** The newest version that an update may take. */
  readonly update?: Update | undefined;
  /** The newest version of all, where an update may not take it by itself: another major version. */
  readonly beyond?: Update | undefined;
  /** Why the pinned version should be left soon. */
  readonly security: readonly string[];
  /** What else is worth knowing of the update. */
  readonly remarks: readonly string[];
  readonly notAsked: readonly NotAsked[];
}

/** Asks every pin's sources what is newer. One that does not answer is named, and is no error. */
export async function findUpdates(pins: readonly Pin[], ask: Ask): Promise<Finding[]> {
  return Promise.all(pins.map((pin) => findUpdate(pin, ask)));
}

async function findUpdate(pin: Pin, ask: Ask): Promise<Finding> {
  const notAsked: NotAsked[] = [];
  const orNothing = async <T>(url: string, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      const reason =
        error instanceof NoAnswerError ? error.message : `answered what is no list: ${reasonOf(error)}`;
      notAsked.push({ url: error instanceof NoAnswerError ? error.url : url, reason });
      return undefined;
    }
  };
  const url = listUrl(pin.source);
  const releases = await orNothing(url, () => releasesOf(pin.source, ask));
  const own = numbersOf(pin.version);
  const sorted = (releases ?? []).toSorted((a, b) => compareNumbers(a.numbers, b.numbers));
  const newest = sorted.at(-1);
  const count = newest?.numbers.length ?? 0;
  // A list that ends before what is pinned was made before it, and says nothing of today.
  const isOld = newest === undefined || compareNumbers(newest.numbers, own.slice(0, count)) < 0;
  if (releases && isOld) notAsked.push({ url, reason: `its list has no version as new as ${pin.version}` });

  const newer = sorted.filter(({ numbers }) => compareNumbers(numbers, own.slice(0, count)) > 0);
  const inLine = newer.filter(({ numbers }) => keeps(numbers, own, pin.keeps));
  const remarks: string[] = [];
  const candidate = inLine.at(-1);
  const update = candidate && (await withImage(pin, updateOf(pin, candidate), { ask, orNothing, remarks }));
  const last = newer.at(-1);
  const beyond = last === candidate || last === undefined ? undefined : updateOf(pin, last);
  const advisories = await orNothing(advisoriesUrl(pin), () => advisoriesAbout(pin, ask));
  const complaints = pin.image === undefined ? [] : complaintsAbout(pin.image).map(({ why }) => why);
  const repaired = inLine.flatMap(({ numbers, security }) =>
    security === undefined ? [] : `${withNumbers(semverOf(pin.version), numbers)}: ${security}`,
  );
  return {
    pin,
    state: update ? "newer" : isOld || remarks.length > 0 ? "unknown" : "current",
    update,
    beyond,
    security: [...complaints, ...(advisories ?? []), ...repaired],
    remarks,
    notAsked,
  };
}

function updateOf(pin: Pin, release: Release): Update {
  return { ...release, version: withNumbers(pin.version, release.numbers) };
}

function keeps(numbers: readonly number[], own: readonly number[], count: number): boolean {
  return own.slice(0, count).every((number, at) => numbers[at] === number);
}

interface Looking {
  readonly ask: Ask;
  readonly orNothing: <T>(url: string, work: () => Promise<T>) => Promise<T | undefined>;
  readonly remarks: string[];
}

/** The update with the digest of its image; undefined where there is no such image for the boards yet. */
async function withImage(pin: Pin, update: Update, { ask, orNothing, remarks }: Looking) {
  if (pin.image === undefined) return update;
  const url = `${repositoryUrl(repositoryOf(pin.image))}/manifests/${update.version}`;
  const answer = await orNothing<Answer | "absent">(url, async () => {
    try {
      return await ask(url);
    } catch (error) {
      if (error instanceof NoAnswerError && error.isAbsent) return "absent";
      throw error;
    }
  });
  if (answer === undefined) return update;
  const { manifests } = answer === "absent" ? {} : (answer.body as Index);
  const isForBoards =
    manifests?.some(({ platform }) => platform?.architecture === "arm64") ?? answer !== "absent";
  if (answer !== "absent" && isForBoards) return { ...update, digest: answer.digest };
  const what = answer === "absent" ? "no image of it yet" : "no image of it for arm64";
  remarks.push(`${update.version} is released, and there is ${what}`);
  return undefined;
}

interface Index {
  readonly manifests?: readonly { readonly platform?: { readonly architecture?: string } }[];
}

interface Advisory {
  readonly ghsa_id: string;
  readonly cve_id?: string | null;
  readonly summary: string;
  readonly vulnerabilities?: readonly { readonly vulnerable_version_range?: string | null }[];
}

function advisoriesUrl({ source }: Pin): string {
  return source.at === "github"
    ? `https://api.github.com/repos/${source.id}/security-advisories?per_page=100`
    : "";
}

/** What a project on GitHub says of the pinned version. Ranges that are no ranges are passed over. */
async function advisoriesAbout(pin: Pin, ask: Ask): Promise<string[]> {
  if (pin.source.at !== "github") return [];
  const { body } = await ask(advisoriesUrl(pin));
  return (body as Advisory[])
    .filter(({ vulnerabilities = [] }) =>
      vulnerabilities.some(({ vulnerable_version_range: range }) => {
        const own = range?.replaceAll(",", " ").replaceAll(/\bv(?=\d)/g, "") ?? "";
        return own.trim() !== "" && semver.satisfies(semverOf(pin.version), own);
      }),
    )
    .map(({ ghsa_id, cve_id, summary }) => `${cve_id ?? ghsa_id}: ${summary}`);
}
