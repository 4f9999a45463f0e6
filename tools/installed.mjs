// What is in node_modules, against package-lock.json. Plain JavaScript: see prepare.mjs.
import fs from "node:fs";
import path from "node:path";

/** Node that runs TypeScript as it is, without a flag or a warning. */
const typescriptNode = 24;

/**
 * Why node_modules cannot be used as it is.
 *
 * npm writes node_modules/.package-lock.json as the last step of an install, so what it lists was installed
 * by a run that ended well, be it `npm ci` or a plain `npm install`.
 *
 * @param {string} root the clone's folder
 * @returns {string | undefined} the reason in words, or undefined when nothing is to do
 * @throws if package-lock.json is missing or is not JSON
 */
export function installFault(root) {
  const wanted = JSON.parse(fs.readFileSync(path.join(root, "package-lock.json"), "utf8")).packages;
  if (!fs.existsSync(path.join(root, "node_modules"))) return "node_modules is missing";
  const present = installedPackages(root);
  if (present === undefined) return "node_modules is incomplete: an installation was interrupted";
  const difference = firstDifference(wanted, present);
  if (difference !== undefined) return `node_modules is not from this package-lock.json: ${difference}`;
  const lost = Object.keys(present).find((folder) => !fs.existsSync(path.join(root, folder, "package.json")));
  if (lost !== undefined) return `node_modules is incomplete: ${lost} is missing`;
  return nodeForTypeScript(root) === undefined ? "node_modules is incomplete: it has no Node" : undefined;
}

/**
 * The Node for bramble's TypeScript: the one of node_modules, which package-lock.json pins. A user whose npm
 * runs no install scripts has none there; then the Node which runs this is as good if it is new enough.
 *
 * @param {string} root the clone's folder
 * @returns {string | undefined} its path
 */
export function nodeForTypeScript(root) {
  const installed = path.join(root, "node_modules", ".bin", "node");
  if (fs.existsSync(installed)) return installed;
  return Number(process.versions.node.split(".")[0]) >= typescriptNode ? process.execPath : undefined;
}

function firstDifference(wanted, present) {
  for (const [folder, entry] of Object.entries(wanted)) {
    if (folder === "") continue;
    const there = present[folder];
    if (there === undefined) {
      // npm leaves out what is optional and made for another system.
      if (entry.optional === true) continue;
      return `${folder} is missing`;
    }
    if (there.version !== entry.version) return `${folder} is ${there.version} instead of ${entry.version}`;
    if (there.integrity !== entry.integrity) return `${folder} has another checksum`;
  }
  const extra = Object.keys(present).find((folder) => wanted[folder] === undefined);
  return extra === undefined ? undefined : `${extra} is not in it`;
}

/** npm's own list, written last but not by renaming, so that it may be missing or cut off; then undefined. */
function installedPackages(root) {
  try {
    return JSON.parse(fs.readFileSync(path.join(root, "node_modules", ".package-lock.json"), "utf8"))
      .packages;
  } catch {
    return undefined;
  }
}
