// What is in node_modules, against package-lock.json. Plain JavaScript: see prepare.mjs.
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";

/** Node that runs TypeScript as it is, without a flag or a warning. */
const typescriptNode = 24;

/**
 * Why node_modules cannot be used as it is.
 *
 * npm writes node_modules/.package-lock.json as the last step of an install, so what it lists was installed
 * by a run that ended well, be it `npm ci` or a plain `npm install`. The stamp only spares the comparison.
 *
 * @param {string} root the clone's folder
 * @returns {string | undefined} the reason in words, or undefined when nothing is to do
 * @throws if package-lock.json is missing or is not JSON
 */
export function installFault(root) {
  const wantedText = fs.readFileSync(path.join(root, "package-lock.json"), "utf8");
  const presentText = readOrUndefined(hiddenLock(root));
  const present = packagesOf(presentText);
  if (!fs.existsSync(path.join(root, "node_modules"))) return "node_modules is missing";
  if (present === undefined) return "node_modules is incomplete: an installation was cut off";
  const difference =
    readOrUndefined(stampFile(root)) === stamp(wantedText, presentText)
      ? undefined
      : firstDifference(JSON.parse(wantedText).packages, present);
  if (difference !== undefined) return `node_modules is not from this package-lock.json: ${difference}`;
  const lost = Object.keys(present).find((folder) => !fs.existsSync(path.join(root, folder, "package.json")));
  if (lost !== undefined) return `node_modules is incomplete: ${lost} is missing`;
  return nodeForTypeScript(root) === undefined ? "node_modules is incomplete: it has no Node" : undefined;
}

/**
 * Notes that node_modules is whole and from this package-lock.json. Call it only after a success.
 *
 * @param {string} root the clone's folder
 */
export function writeStamp(root) {
  const text = stamp(
    fs.readFileSync(path.join(root, "package-lock.json")),
    fs.readFileSync(hiddenLock(root)),
  );
  if (readOrUndefined(stampFile(root)) !== text) fs.writeFileSync(stampFile(root), text);
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

/** npm does not write its list by renaming, so a list that was cut off is possible. */
function packagesOf(text) {
  try {
    return text === undefined ? undefined : JSON.parse(text).packages;
  } catch {
    return undefined;
  }
}

function hiddenLock(root) {
  return path.join(root, "node_modules", ".package-lock.json");
}

function stampFile(root) {
  return path.join(root, "node_modules", ".bramble-stamp");
}

/** One line for package-lock.json, one for what was installed: an `npm install` afterwards changes only this. */
function stamp(wantedText, presentText) {
  return `${sha256(wantedText)}\n${sha256(presentText)}\n`;
}

function sha256(text) {
  return crypto.createHash("sha256").update(text).digest("hex");
}

function readOrUndefined(file) {
  return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : undefined;
}
