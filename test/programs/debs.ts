import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheFolder } from "../../tools/cacheFolder.mjs";

/**
 * A folder of the cache with Debian's packages unpacked, or why there is none. They are fetched once.
 *
 * @param name of the folder
 * @param packages of which the first is needed; of the others some releases have one, some another
 */
export function unpackedDebs(
  name: string,
  packages: readonly string[],
): { folder: string } | { reason: string } {
  const folder = join(cacheFolder(), name);
  if (existsSync(folder)) return { folder };
  const work = mkdtempSync(join(tmpdir(), `${name}-`));
  try {
    for (const each of packages) spawnSync("apt-get", ["download", each], { cwd: work });
    const debs = readdirSync(work).filter((file) => file.endsWith(".deb"));
    const [needed = ""] = packages;
    if (!debs.some((file) => file.startsWith(`${needed}_`)))
      return { reason: `apt-get has no ${needed} here` };
    const fresh = `${folder}.${String(process.pid)}`;
    mkdirSync(fresh, { recursive: true });
    for (const deb of debs) execFileSync("dpkg-deb", ["--extract", join(work, deb), fresh]);
    renameSync(fresh, folder);
    return { folder };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
