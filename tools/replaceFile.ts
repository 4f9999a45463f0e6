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
