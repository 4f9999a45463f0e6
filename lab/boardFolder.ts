// Where running boards keep their disks: below the cache, for each process that has boards.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { labFolder } from "./built.ts";

const made = new Set<string>();

/** A new folder that is gone when this process has ended. */
export function makeBoardFolder(): string {
  const all = path.join(labFolder(), "boards");
  fs.mkdirSync(all, { recursive: true });
  removeAbandoned(all);
  if (made.size === 0) process.once("exit", () => made.forEach(removeBoardFolder));
  const folder = fs.mkdtempSync(path.join(all, `${os.hostname()}-${process.pid}-`));
  made.add(folder);
  return folder;
}

export function removeBoardFolder(folder: string): void {
  fs.rmSync(folder, { recursive: true, force: true });
  made.delete(folder);
}

/**
 * What processes left behind that were killed. Only of this host, because several containers may share the
 * cache. A process number that is in use again only keeps a folder longer.
 */
function removeAbandoned(all: string): void {
  for (const entry of fs.readdirSync(all)) {
    const [, host, owner = ""] = /^(.+)-(\d+)-[^-]+$/.exec(entry) ?? [];
    if (host === os.hostname() && !fs.existsSync(`/proc/${owner}`))
      fs.rmSync(path.join(all, entry), { recursive: true, force: true });
  }
}
