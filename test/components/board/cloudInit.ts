import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unpackedDebs } from "../../programs/debs.ts";

/** cloud-init as Debian has it, and what it imports; some releases lack one or the other of these. */
const packages = [
  "cloud-init",
  ..."attr certifi chardet charset-normalizer configobj idna jinja2 json-pointer jsonpatch jsonschema markupsafe"
    .concat(" netifaces oauthlib pyrsistent requests serial six urllib3 yaml")
    .split(" ")
    .map((name) => `python3-${name}`),
];

const found =
  spawnSync("unshare", ["-rmu", "true"]).status === 0
    ? unpackedDebs("cloud-init", packages)
    : { reason: "no user namespaces here" };
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

/** What a Python program that uses the real cloud-init prints. */
export function withCloudInit(program: string, input: string): string {
  if ("reason" in found) throw new Error(found.reason);
  const env = { ...process.env, PYTHONPATH: join(found.folder, "usr/lib/python3/dist-packages") };
  const { status, stdout, stderr } = spawnSync("python3", [program], { env, input, encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}
