import { readFileSync } from "node:fs";
import path from "node:path";
import type { Finding } from "./find.ts";
import { repository } from "./pins.ts";

/** The new text of each file that changes, by its path in the repository. */
export type Changes = ReadonlyMap<string, string>;

/** Whether an update is written by the command, and not by hand. */
export function isWritten({ pin, update }: Finding): boolean {
  if (update === undefined || pin.byHand !== undefined || pin.written === "") return false;
  // With the old digest, the old image would run under the new tag.
  return !hasDigest(pin.image) || update.digest !== undefined;
}

/** Whether an image is pinned by its digest. */
export function hasDigest(image: string | undefined): boolean {
  return image?.includes("@") ?? false;
}

/** The files as they are with the updates that are not done by hand. */
export function changesOf(findings: readonly Finding[], folder = repository): Changes {
  const texts = new Map<string, string>();
  for (const finding of findings) {
    const { pin, update } = finding;
    if (!isWritten(finding) || update === undefined) continue;
    const before = texts.get(pin.file) ?? readFileSync(path.join(folder, pin.file), "utf8");
    texts.set(pin.file, replaced(before, pin.written, newText(finding)));
  }
  return texts;
}

/** A text with another one in place of one, but where that is part of a longer name or version. */
function replaced(text: string, old: string, by: string): string {
  const [first = "", ...rest] = text.split(old);
  return rest.reduce(
    (all, piece) => `${all}${/[\w./-]$/.test(all) || /^[\w.@-]/.test(piece) ? old : by}${piece}`,
    first,
  );
}

/** The image that an update leads to; undefined for what is no image. */
export function newImage({ pin, update }: Finding): string | undefined {
  if (pin.image === undefined || update === undefined) return undefined;
  const tagged = pin.image.replace(/@.*$/, "").slice(0, -pin.version.length) + update.version;
  return hasDigest(pin.image) ? `${tagged}@${update.digest ?? ""}` : tagged;
}

function newText(finding: Finding): string {
  const { pin, update } = finding;
  return newImage(finding) ?? pin.written.replace(pin.version, update?.version ?? pin.version);
}

/** Changes as a patch without context, which `git apply --unidiff-zero` takes. No line is added or removed. */
export function patchOf(changes: Changes, folder = repository): string {
  const patches = [...changes].flatMap(([file, text]) => {
    const [before, after] = [readFileSync(path.join(folder, file), "utf8").split("\n"), text.split("\n")];
    const hunks = before.flatMap((line, at) => {
      const now = after[at];
      return now === line ? [] : [`@@ -${at + 1} +${at + 1} @@`, `-${line}`, `+${now ?? ""}`];
    });
    return hunks.length > 0 ? [`--- a/${file}`, `+++ b/${file}`, ...hunks] : [];
  });
  return patches.join("\n");
}
