import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { htmlReport } from "./html.ts";
import type { Outcome } from "./outcome.ts";

/**
 * Writes the report as a page. Whoever has the old one open never sees half of the new: it is written beside
 * and renamed.
 *
 * @param path the page; its folder is made if it is missing
 * @throws Error if it cannot be written; the old page is still there then
 */
export async function writeReport(path: string, outcome: Outcome): Promise<void> {
  const page = htmlReport(outcome);
  const draft = `${path}.${process.pid}.partial`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(draft, page, { flush: true });
    await rename(draft, path);
  } catch (error) {
    // Where even the folder is missing this fails too, and says less.
    await rm(draft, { force: true }).catch(() => undefined);
    const { message } = error as Error;
    const wanted = "Its folder must be writable, and no folder may have its name.";
    throw new Error(`cannot write the report to ${path}: ${message}. ${wanted}`, { cause: error });
  }
}
