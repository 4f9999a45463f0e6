// Official releases.
import crypto from "node:crypto";
import { createWriteStream } from "node:fs";
import path from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Release } from "./catalogue.ts";
import { heartbeat, lastLines, megabytes, reasonOf } from "./lines.ts";
import { run } from "./run.ts";
import { SetUpError, type SetUp } from "./setUp.ts";

/** The release's server did not answer at all, so that its other files are not worth a try either. */
export class Unreachable extends SetUpError {
  override name = "Unreachable";
}

type DownloadSetUp = Pick<SetUp<string>, "patience" | "say" | "signal">;

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
  setUp: DownloadSetUp,
): Promise<string> {
  const file = path.join(folder, "release");
  const sha256 = await fetchTo(file, release.url, label, setUp);
  if (sha256 !== release.sha256) {
    throw new SetUpError(`${release.url} has the sha256 ${sha256} instead of the pinned ${release.sha256}`);
  }
  return release.member === undefined ? file : unpack(file, release.member, folder, setUp.signal);
}

/** Streams the file at `url` to `file` and returns its sha256. */
async function fetchTo(file: string, url: string, label: string, setUp: DownloadSetUp): Promise<string> {
  const { patience, say, signal: outer } = setUp;
  const late = new AbortController();
  const limit = (milliseconds: number, what: string) =>
    setTimeout(() => late.abort(new Error(`${url} ${what} within ${milliseconds / 1000} s`)), milliseconds);
  const signal = AbortSignal.any([late.signal, ...(outer ? [outer] : [])]);
  const total = limit(patience.total, "was not complete");
  let step = limit(patience.answer, "did not answer");
  try {
    const response = await fetch(url, { signal }).catch((error: unknown) => {
      outer?.throwIfAborted();
      throw new Unreachable(`${new URL(url).host} cannot be reached: ${reasonOf(error)}`);
    });
    if (!response.ok || response.body === null) {
      throw new SetUpError(`${url} answered ${response.status} ${response.statusText}`.trimEnd());
    }
    const hash = crypto.createHash("sha256");
    let received = 0;
    const length = Number(response.headers.get("content-length") ?? 0);
    const whole = length > 0 ? ` of ${megabytes(length)}` : "";
    using _ = heartbeat(10, () => say(`${label}: ${megabytes(received)}${whole}`));
    clearTimeout(step);
    step = limit(patience.stall, "sent nothing more");
    const measure = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        step.refresh();
        received += chunk.length;
        hash.update(chunk);
        done(null, chunk);
      },
    });
    await pipeline(Readable.fromWeb(response.body), measure, createWriteStream(file), { signal });
    return hash.digest("hex");
  } catch (error) {
    outer?.throwIfAborted();
    if (error instanceof SetUpError) throw error;
    const reason = late.signal.aborted ? reasonOf(late.signal.reason) : `${url}: ${reasonOf(error)}`;
    throw new SetUpError(reason);
  } finally {
    clearTimeout(step);
    clearTimeout(total);
  }
}

async function unpack(file: string, member: string, folder: string, signal?: AbortSignal): Promise<string> {
  // "o": files belong to this user, also when root unpacks.
  const { ended, output } = await run("tar", ["-xzof", file, "-C", folder, member], { signal });
  if (ended !== 0)
    throw new SetUpError(`tar could not extract ${member} (${ended}): ${lastLines(output, 3)}`);
  return path.join(folder, member);
}
