import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheFolder } from "../../../tools/cacheFolder.mjs";

/** cloud-init as Debian has it, and what it imports; some releases lack one or the other of these. */
const packages = [
  "cloud-init",
  ..."attr certifi chardet charset-normalizer configobj idna jinja2 json-pointer jsonpatch jsonschema markupsafe"
    .concat(" netifaces oauthlib pyrsistent requests serial six urllib3 yaml")
    .split(" ")
    .map((name) => `python3-${name}`),
];

/** A folder with cloud-init unpacked, or why there is none. It is fetched once. */
function unpacked(): { folder: string } | { reason: string } {
  if (spawnSync("unshare", ["-rmu", "true"]).status !== 0) return { reason: "no user namespaces here" };
  const folder = join(cacheFolder(), "cloud-init");
  if (existsSync(folder)) return { folder };
  const work = mkdtempSync(join(tmpdir(), "cloud-init-"));
  try {
    for (const name of packages) spawnSync("apt-get", ["download", name], { cwd: work });
    const debs = readdirSync(work).filter((name) => name.endsWith(".deb"));
    if (!debs.some((name) => name.startsWith("cloud-init_")))
      return { reason: "apt-get has no cloud-init here" };
    const fresh = `${folder}.${String(process.pid)}`;
    mkdirSync(fresh, { recursive: true });
    for (const deb of debs) execFileSync("dpkg-deb", ["--extract", join(work, deb), fresh]);
    renameSync(fresh, folder);
    return { folder };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const found = unpacked();
export const noCloudInit = "reason" in found ? found.reason : "";

/** What the real cloud-init does at a boot of the board whose files are in `root`; returns the name it sets. */
export function bootWithCloudInit(root: string): string {
  if ("reason" in found) throw new Error(found.reason);
  const machine = mkdtempSync(join(tmpdir(), "machine-"));
  const script = `set -e; cd "$1"
    mkdir usr etc var proc dev sys run tmp ci; for name in bin lib lib64 sbin; do ln -s usr/$name $name; done
    mount --bind /usr usr; mount --bind "$2/etc" etc; mount --bind "$2/var" var; mount --bind "$3" ci
    for name in proc dev sys; do mount --rbind /$name $name; done
    mount -t tmpfs run run; mount -t tmpfs tmp tmp
    hostname -F etc/hostname
    export PYTHONPATH=/ci/usr/lib/python3/dist-packages
    for stage in "init --local" init; do chroot . python3 -m cloudinit.cmd.main $stage >&2; done
    hostname`;
  const { status, stdout, stderr } = spawnSync(
    "unshare",
    ["-rmu", "--propagation", "private", "bash", "-c", script, "-", machine, root, found.folder],
    { encoding: "utf8" },
  );
  rmSync(machine, { recursive: true, force: true });
  if (status !== 0) throw new Error(stderr);
  return stdout.trim();
}
