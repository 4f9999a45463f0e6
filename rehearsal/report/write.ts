import { htmlReport } from "./html.ts";
import type { Outcome } from "./outcome.ts";
import { replaceFile } from "../../tools/replaceFile.ts";

/**
 * Writes the report as a page. Whoever has the old one open never sees half of the new.
 *
 * @param path the page; its folder is made if it is missing
 * @throws Error if it cannot be written; the old page is still there then
 */
export async function writeReport(path: string, outcome: Outcome): Promise<void> {
  const page = htmlReport(outcome);
  await replaceFile(path, page).catch((error: unknown) => {
    const wanted = "Its folder must be writable, and there must be no folder with its name.";
    throw new Error(`cannot write the report to ${path}: ${(error as Error).message}. ${wanted}`, {
      cause: error,
    });
  });
}
