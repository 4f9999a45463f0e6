import { rename, writeFile } from "node:fs/promises";

/** Writes a file beside and renames it, so that no one ever finds it half-written. */
export async function replaceFile(path: string, content: string): Promise<void> {
  const beside = `${path}.${process.pid}`;
  await writeFile(beside, content);
  await rename(beside, path);
}
