// Files and folders that no one ever finds half-written.
import fs from "node:fs/promises";
import path from "node:path";

/**
 * Writes a file beside and renames it, so that no one ever finds it half-written. Its folder is made if it is missing.
 *
 * @param mode who may read and write it, as far as the umask lets them
 */
export async function replaceFile(file: string, content: string, mode = 0o666): Promise<void> {
  const draft = `${file}.${process.pid}.draft`;
  try {
    await fs.mkdir(path.dirname(file), { recursive: true });
    await fs.writeFile(draft, content, { mode, flush: true });
    await fs.rename(draft, file);
  } catch (error) {
    // Where even the folder is missing this fails too, and says less.
    await fs.rm(draft, { force: true }).catch(() => undefined);
    throw error;
  }
}

/**
 * A new folder for what is not complete yet, after removing what killed processes have left of this kind. Call it with
 * a lock held, so that nobody else works there.
 */
export async function partialFolder(parent: string, prefix: string): Promise<string> {
  const left = (await fs.readdir(parent)).filter((entry) => entry.startsWith(prefix));
  await Promise.all(left.map((entry) => fs.rm(path.join(parent, entry), { recursive: true, force: true })));
  return fs.mkdtemp(path.join(parent, prefix));
}
