// Official releases.
import crypto from "node:crypto";
import { createWriteStream } from "node:fs";
import path from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Release } from "./catalogue.ts";
import { lastLines, reasonOf } from "./lines.ts";
import { heartbeat, megabytes } from "./progress.ts";
import { run } from "./run.ts";
import { SetUpError, type SetUp } from "./setUp.ts";

const heartbeatSeconds = 10;

/** The release's server did not answer at all, so that its other files are not worth a try either. */
export class Unreachable extends SetUpError {
  override name = "Unreachable";
}

/**
 * Downloads a release into a folder, checks it and unpacks it.
 *
 * @param folder an empty folder; what is left in it after an error is of no use
 * @param label what to call it in progress lines
 * @returns the program's path
 * @throws Unreachable if there was no answer; SetUpError on any other fault, the checksum's included; the
 *   set-up's abort reason
 */
export async function downloadRelease(
  release: Release,
  folder: string,
  label: string,
  setUp: Pick<SetUp<string>, "patience" | "say" | "signal">,
): Promise<string> {
  const file = path.join(folder, "release");
  const sha256 = await fetchTo(file, release.url, label, setUp);
  if (sha256 !== release.sha256) {
    throw new SetUpError(`${release.url} has the sha256 ${sha256} and not the pinned ${release.sha256}`);
  }
  return release.member === undefined ? file : unpack(file, release.member, folder, setUp.signal);
}

/** Streams the file at `url` to `file` and returns its sha256. */
async function fetchTo(
  file: string,
  url: string,
  label: string,
  { patience, say, signal }: Pick<SetUp<string>, "patience" | "say" | "signal">,
): Promise<string> {
  const limits = new Limits(url, signal);
  let stopTelling: (() => void) | undefined;
  try {
    limits.allow(patience.answer, "did not answer");
    const response = await fetch(url, { signal: limits.signal }).catch((error: unknown) => {
      signal?.throwIfAborted();
      throw new Unreachable(`${new URL(url).host} cannot be reached: ${reasonOf(error)}`);
    });
    if (!response.ok || response.body === null) {
      throw new SetUpError(`${url} answered ${response.status} ${response.statusText}`.trimEnd());
    }
    limits.allowInAll(patience.total);
    const hash = crypto.createHash("sha256");
    let received = 0;
    const length = Number(response.headers.get("content-length") ?? 0);
    const whole = length > 0 ? ` of ${megabytes(length)}` : "";
    stopTelling = heartbeat(heartbeatSeconds, () => {
      say(`${label}: ${megabytes(received)}${whole}`);
    });
    const measure = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        limits.allow(patience.stall, "sent nothing more");
        received += chunk.length;
        hash.update(chunk);
        done(null, chunk);
      },
    });
    limits.allow(patience.stall, "sent nothing");
    await pipeline(Readable.fromWeb(response.body), measure, createWriteStream(file), {
      signal: limits.signal,
    });
    return hash.digest("hex");
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof SetUpError) throw error;
    const reason = limits.signal.aborted ? reasonOf(limits.signal.reason) : `${url}: ${reasonOf(error)}`;
    throw new SetUpError(reason);
  } finally {
    stopTelling?.();
    limits.clear();
  }
}

/** Aborts a transfer that takes longer than it was last allowed to. */
class Limits {
  readonly signal: AbortSignal;
  readonly #url: string;
  readonly #own = new AbortController();
  #current: NodeJS.Timeout | undefined;
  #total: NodeJS.Timeout | undefined;

  constructor(url: string, outer: AbortSignal | undefined) {
    this.#url = url;
    this.signal = outer === undefined ? this.#own.signal : AbortSignal.any([outer, this.#own.signal]);
  }

  /** Gives the next step `milliseconds`, whatever is left of the step before. */
  allow(milliseconds: number, otherwise: string): void {
    clearTimeout(this.#current);
    this.#current = this.#abortAfter(milliseconds, otherwise);
  }

  /** Gives all steps together `milliseconds` from now. */
  allowInAll(milliseconds: number): void {
    this.#total = this.#abortAfter(milliseconds, "was not through");
  }

  clear(): void {
    clearTimeout(this.#current);
    clearTimeout(this.#total);
  }

  #abortAfter(milliseconds: number, what: string): NodeJS.Timeout {
    const reason = new Error(`${this.#url} ${what} within ${milliseconds / 1000} s`);
    return setTimeout(() => {
      this.#own.abort(reason);
    }, milliseconds);
  }
}

async function unpack(
  archive: string,
  member: string,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  // "o": files belong to this user, also when root unpacks.
  const { ended, output } = await run("tar", ["-xzof", archive, "-C", folder, member], { signal });
  if (ended !== 0)
    throw new SetUpError(`tar could not take ${member} out (${ended}): ${lastLines(output, 3)}`);
  return path.join(folder, member);
}
