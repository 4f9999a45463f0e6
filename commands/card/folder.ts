// The folder that a card is written to: a mounted card, or a folder from which the files are copied.
import { constants } from "node:fs";
import fs from "node:fs/promises";
import path from "node:path";
import { parse } from "yaml";
import { withCardArguments } from "../../components/card/card.ts";
import { type CardFile, type CardSystem, writtenByBramble } from "../../components/card/plan.ts";

/** What operating systems of computers put on every card that they mount. */
const left = /^(System Volume Information|lost\+found|\..*)$/;

/** What can't be written to, and the fix. */
export class FolderError extends Error {
  override readonly name = "FolderError";
}

const names: Readonly<Record<CardSystem, string>> = {
  "raspberry-pi-os": "the boot partition of Raspberry Pi OS with cloud-init (trixie or later)",
  "raspberry-pi-os-bookworm": "the boot partition of Raspberry Pi OS bookworm",
  ubuntu: "the boot partition of Ubuntu",
  armbian: "the root file system of Armbian",
};

/**
 * Whether a card's files can be written to a folder: it is the card of that system or holds nothing else, no link leads
 * out of it, and nothing in it is somebody's own.
 *
 * @param files of the card
 * @returns whether it is a card, and not a folder from which files are copied
 * @throws FolderError
 */
export async function checkFolder(
  folder: string,
  system: CardSystem,
  files: readonly CardFile[],
): Promise<boolean> {
  const stat = await fs.stat(folder).catch(() => undefined);
  if (!stat)
    throw new FolderError(
      `${folder} does not exist.\n  fix: mount the card and give its folder, or make one: mkdir ${folder}`,
    );
  if (!stat.isDirectory()) {
    throw new FolderError(
      `${folder} is not a folder.\n  fix: mount the card and give the folder where it is mounted; bramble never writes to a device`,
    );
  }
  const found = await systemIn(folder, files);
  if (found !== undefined && found !== system) {
    const what = found in names ? names[found as CardSystem] : found;
    throw new FolderError(
      `${folder} is ${what}, but the board's card needs ${names[system]}.\n  fix: mount the right partition, or set the board's system (bramble:boards[].system or bramble:cards.system)`,
    );
  }
  for (const file of files) {
    const there = await contentOf(folder, file.path);
    if (there === undefined || there.includes(writtenByBramble) || isDefault(file.path, there)) continue;
    throw new FolderError(
      `${path.join(folder, file.path)} was customised, and not by bramble.\n  fix: flash the card again without customisation; or, if the file is not needed, empty it`,
    );
  }
  await fs.access(folder, constants.W_OK).catch(() => {
    throw new FolderError(
      `${folder} is not writable.\n  fix: mount the card writable for you (udisksctl mount does); or write to an empty folder, and copy from there: sudo cp -r FOLDER/. ${folder}`,
    );
  });
  return found !== undefined;
}

/** Makes a board's own folder, if it is missing. */
export async function makeFolder(folder: string): Promise<void> {
  await fs.mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw new FolderError(
      `${folder} can't be made: ${(error as Error).message}\n  fix: give a folder that is writable for you`,
    );
  });
  if ((await fs.lstat(folder)).isSymbolicLink())
    throw new FolderError(`${folder} is a link.\n  fix: remove it`);
}

/** Writes a card's files; each is whole at any moment. What is in the folder besides stays. */
export async function writeCard(
  folder: string,
  system: CardSystem,
  files: readonly CardFile[],
): Promise<void> {
  for (const file of files) await put(folder, file);
  const cmdline = await contentOf(folder, "cmdline.txt");
  if (cmdline === undefined) return;
  const wanted = withCardArguments(cmdline, system);
  if (wanted !== cmdline) await put(folder, { path: "cmdline.txt", content: wanted });
}

async function put(folder: string, { path: name, content, mode = 0o644 }: CardFile): Promise<void> {
  const file = await insideOf(folder, name, true);
  const draft = `${file}.bramble-new`;
  await fs.rm(draft, { force: true });
  try {
    // Fails where anything is, a link too.
    await fs.writeFile(draft, content, { flag: "wx", mode, flush: true });
    await fs.rename(draft, file);
  } catch (error) {
    await fs.rm(draft, { force: true }).catch(() => undefined);
    throw new FolderError(`${file} can't be written: ${(error as Error).message}`);
  }
}

/** A path below a folder, none of whose parts is a link, and whose end is a file if it exists. */
async function insideOf(folder: string, name: string, makesFolders = false): Promise<string> {
  const parts = name.split("/");
  let at = folder;
  for (const [i, part] of parts.entries()) {
    at = path.join(at, part);
    const stat = await fs.lstat(at).catch(() => undefined);
    const isLast = i === parts.length - 1;
    if (!stat && !isLast && makesFolders) await fs.mkdir(at);
    const isRight = !stat || (isLast ? stat.isFile() : stat.isDirectory());
    if (!isRight)
      throw new FolderError(
        `${at} is a link or a device, where a card has a ${isLast ? "file" : "folder"}.\n  fix: remove it`,
      );
  }
  return at;
}

/** A file's content; undefined if there is none. */
async function contentOf(folder: string, name: string): Promise<string | undefined> {
  const file = await insideOf(folder, name);
  return fs.readFile(file, "utf8").catch(() => undefined);
}

/** What a folder is the card of; undefined of one with nothing in it but a card's files. */
async function systemIn(folder: string, files: readonly CardFile[]): Promise<string | undefined> {
  const entries = (await fs.readdir(folder)).filter((entry) => !left.test(entry));
  const has = (name: string) => entries.includes(name);
  if (has("config.txt") || has("cmdline.txt") || has("armbianEnv.txt")) {
    const lines = [
      await contentOf(folder, "cmdline.txt"),
      await contentOf(folder, "current/cmdline.txt"),
    ].join("\n");
    if (has("armbianEnv.txt") || lines.includes("LABEL=armbi_root")) return "the boot partition of Armbian";
    if (lines.includes("LABEL=writable")) return "ubuntu";
    return has("user-data") || has("meta-data") ? "raspberry-pi-os" : "raspberry-pi-os-bookworm";
  }
  if ((await contentOf(folder, "etc/armbian-release")) !== undefined) return "armbian";
  const own = new Set(files.map(({ path: name }) => name.split("/")[0]));
  const others = entries.filter((entry) => !own.has(entry));
  return others.length === 0 ? undefined : `a folder with other things (${others.slice(0, 3).join(", ")})`;
}

/** Whether a file is as images have it before anybody customises them. */
function isDefault(name: string, content: string): boolean {
  if (name === "meta-data") return true;
  if (name === "etc/default/armbian-firstrun")
    return !/^(?!\s*(#|$|OPENSSHD_REGENERATE_HOST_KEYS=))/m.test(content);
  try {
    const data = parse(content) as unknown;
    if (data === null) return true;
    if (typeof data !== "object") return false;
    // Ubuntu's: its user's first password, and an Ethernet port with DHCP.
    if (name === "user-data")
      return Object.keys(data).every((key) => ["chpasswd", "ssh_pwauth"].includes(key));
    return name === "network-config" && !/wifis|addresses|password/.test(JSON.stringify(data));
  } catch {
    return false;
  }
}
