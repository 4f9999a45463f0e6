import { readFileSync } from "node:fs";
import path from "node:path";
import { replaceFile } from "../../tools/replaceFile.ts";
import { type Changes, isWritten, newImage } from "./change.ts";
import type { Finding } from "./find.ts";
import { repository } from "./pins.ts";

/** The file with the day on which each image was last seen to be the newest, which the policy `image-age` reads. */
export const datesFile = "policy/imageDates.json";

/** The dates in a repository. */
export function readDates(folder: string): Dates {
  return JSON.parse(readFileSync(path.join(folder, datesFile), "utf8")) as Dates;
}

type Dates = Readonly<Record<string, string>>;

/**
 * The dates after a look at what is newer: an image that is the newest, or will be, has its day. One that is not known
 * keeps its date; one that is replaced goes.
 *
 * @param day of the look: `2026-11-28`
 */
export function datesAfter(dates: Dates, findings: readonly Finding[], day: string): Dates {
  const after = new Map(Object.entries(dates));
  for (const finding of findings) {
    const { pin, state } = finding;
    const old = withoutDigest(pin.image);
    const now = isWritten(finding) ? withoutDigest(newImage(finding)) : state === "current" ? old : undefined;
    if (old === undefined || now === undefined) continue;
    after.delete(old);
    after.set(now, day);
  }
  return Object.fromEntries([...after].toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

function withoutDigest(image: string | undefined): string | undefined {
  return image?.replace(/@.*$/, "");
}

/** Writes changes into a folder, each file at once. */
export async function write(changes: Changes, folder = repository): Promise<void> {
  for (const [file, text] of changes) await replaceFile(path.join(folder, file), text);
}
