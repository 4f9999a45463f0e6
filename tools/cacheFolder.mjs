// Plain JavaScript, because prepare.mjs needs it before there is a Node that runs TypeScript.
import os from "node:os";
import path from "node:path";

/**
 * bramble's folder for what is worth keeping between runs and between clones: the tools and the locks.
 * It is outside the repository so that a fresh clone does not download everything again.
 *
 * @param {Record<string, string | undefined>} environment read for XDG_CACHE_HOME; a relative value is
 *   ignored, as the XDG Base Directory Specification asks
 * @returns {string} an absolute path; nothing is created
 */
export function cacheFolder(environment = process.env) {
  const base = environment.XDG_CACHE_HOME;
  return path.join(base && path.isAbsolute(base) ? base : path.join(os.homedir(), ".cache"), "bramble");
}
