import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { bootstrapPhases, type BootstrapPlan, type PhaseName } from "../../../components/board/phases.ts";
import { plan as somePlan } from "./plan.ts";

/** Files by path from /; `-> target` is a symbolic link. */
export type Files = Readonly<Record<string, string>>;
/** Files whose content is no text. */
export type Bytes = Readonly<Record<string, Buffer>>;

/** What a program of the board does in a test: shell that may use $ROOT. Each call is noted. */
export type Programs = Readonly<Record<string, string>>;

const program = (name: string) => readFileSync(new URL(`programs/${name}.sh`, import.meta.url), "utf8");

const quiet: Programs = {
  systemctl: program("systemctl"),
  swapoff: `echo "Filename Type Size Used Priority" >"$ROOT/proc/swaps"`,
  swapon: "",
  sync: "",
  modprobe: program("modprobe"),
  sysctl: `for f in bridge/bridge-nf-call-iptables bridge/bridge-nf-call-ip6tables ipv4/ip_forward; do echo 1 >"$ROOT/proc/sys/net/$f"; done`,
  mount: `sed -i 's/relatime/noatime/' "$ROOT/proc/mounts"`,
  // Whatever the kernel is on which the tests run.
  uname: `case $1 in -r) echo 6.12.47-v8 ;; *) exec /usr/bin/uname "$@" ;; esac`,
  timedatectl: `case $1 in show) cat "$ROOT/synchronised" 2>/dev/null || true ;; set-ntp) echo yes >"$ROOT/synchronised" ;; esac`,
  hostname: `if [ $# = 0 ]; then cat "$ROOT/running-name" 2>/dev/null || echo raspberrypi; else echo "$1" >"$ROOT/running-name"; fi`,
  "systemd-run": "",
  sudo: `shift; exec "$@"`,
  getconf: "echo 4",
  dpkg: program("dpkg"),
  df: program("df"),
  docker: "",
  ss: "",
  "dpkg-query": `case $* in *Conffiles*) cat "$ROOT/conffiles" 2>/dev/null; exit 1 ;; esac; awk -v name="\${!#}" '$1 == name { print "ii ", $2 }' "$ROOT/installed" 2>/dev/null`,
  "apt-get": program("apt-get"),
  "apt-mark": program("apt-mark"),
  "apt-helper": `echo "a key" >"$3"`,
  containerd: `case $* in "config default") cat "$ROOT/default.toml" ;; *dump) cat "$2" ;; esac`,
};

/** What every system has that a phase reads of the running kernel. */
const kernel: Files = {
  "proc/swaps": "Filename Type Size Used Priority\n",
  "proc/filesystems": "nodev tmpfs\n",
  "proc/sys/net/ipv4/ip_forward": "0\n",
  "proc/mounts": "/dev/mmcblk0p2 / ext4 rw,relatime 0 0\n/dev/mmcblk0p1 /boot/firmware vfat rw 0 0\n",
  "lib/modules/6.12.47-v8/modules.dep":
    "kernel/fs/overlayfs/overlay.ko.xz:\nkernel/net/bridge/br_netfilter.ko.xz: kernel/net/bridge/bridge.ko.xz\nkernel/drivers/net/vxlan/vxlan.ko.xz:\n",
  "lib/modules/6.12.47-v8/modules.builtin": "kernel/net/netfilter/nf_conntrack.ko\n",
  "proc/cmdline": "console=tty1\n",
  "proc/sys/kernel/random/boot_id": "first-boot\n",
  "proc/meminfo": "MemTotal:         927028 kB\n",
  "sys/fs/cgroup/cgroup.controllers": "cpuset cpu io memory pids\n",
  "default.toml": containerdDefault(3),
  "etc/machine-id": "0123456789abcdef0123456789abcdef\n",
  "etc/resolv.conf": "nameserver 192.168.1.1\n",
};

/** The lines of `containerd config default` that matter, of version 2 (1.6, 1.7) or 3 (2.x), as Debian builds it. */
export function containerdDefault(version: 2 | 3): string {
  if (version === 2)
    return `version = 2
[plugins]
  [plugins."io.containerd.grpc.v1.cri"]
    image_pull_with_sync_fs = false
    sandbox_image = "registry.k8s.io/pause:3.8"
    [plugins."io.containerd.grpc.v1.cri".cni]
      bin_dir = "/usr/lib/cni"
    [plugins."io.containerd.grpc.v1.cri".containerd.default_runtime]
      sandbox_mode = ""
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
            SystemdCgroup = false
`;
  return `version = 3
[plugins]
  [plugins.'io.containerd.cri.v1.images']
    image_pull_with_sync_fs = false
  [plugins.'io.containerd.cri.v1.images'.pinned_images]
      sandbox = 'registry.k8s.io/pause:3.10'
        [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
          sandboxer = 'podsandbox'
          [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
            SystemdCgroup = false
    [plugins.'io.containerd.cri.v1.runtime'.cni]
      bin_dir = ''
      bin_dirs = ['/usr/lib/cni', '/opt/cni/bin']
  [plugins.'io.containerd.service.v1.diff-service']
    sync_fs = false
  [plugins.'io.containerd.image-verifier.v1.bindir']
    bin_dir = '/opt/containerd/image-verifier/bin'
`;
}

/** A folder with a board's files, on which phases run with stand-ins for the programs that change a system. */
export class ScratchBoard {
  readonly root = mkdtempSync(join(tmpdir(), "board-"));
  readonly #programs = mkdtempSync(join(tmpdir(), "programs-"));
  /** A command that runs what stands behind it, such as nsenter. */
  enter: readonly string[] = [];

  constructor(files: Files, programs: Programs = {}) {
    this.write({ ...kernel, ...files });
    for (const [name, body] of Object.entries({ ...quiet, ...programs })) {
      const script = `#!/bin/bash\nROOT=${this.root}\necho "${name} $*" >>"${this.#calls}"\n${body}\n`;
      writeFileSync(join(this.#programs, name), script, { mode: 0o755 });
    }
  }

  get #calls() {
    return join(this.#programs, ".calls");
  }

  write(files: Files | Bytes): void {
    for (const [path, content] of Object.entries<string | Buffer>(files)) {
      const at = join(this.root, path);
      mkdirSync(dirname(at), { recursive: true });
      if (typeof content === "string" && content.startsWith("-> ")) symlinkSync(content.slice(3), at);
      else writeFileSync(at, content);
    }
  }

  /** Environment in which a phase works on this folder and with these programs. */
  get environment(): Record<string, string> {
    return { PATH: `${this.#programs}:${process.env.PATH}`, BRAMBLE_ROOT: this.root };
  }

  /** Runs a phase: its exit status, what it printed, and the programs it called (without mere questions). */
  run(phase: PhaseName, verb: "apply" | "check" | "remove", plan: BootstrapPlan = somePlan) {
    return this.runScript(bootstrapPhases(plan).find((one) => one.phase === phase)!.script, verb);
  }

  /** Runs a script as a phase is run, for so many seconds at most. */
  runScript(script: string, verb = "apply", timeLimit = 300) {
    rmSync(this.#calls, { force: true });
    const command = [...this.enter, "timeout", String(timeLimit), "bash", "-s", "--", ...verb.split(" ")];
    const { status, stdout, stderr } = spawnSync(command[0]!, command.slice(1), {
      input: script,
      env: this.environment,
      encoding: "utf8",
    });
    const questions =
      /^(hostname|timedatectl show.*|systemctl (show|list-|-q is-).*|dpkg.*|df .*|docker ps.*|ss .*|apt-mark showhold|apt-get (indextargets|-q -s) .*|containerd.*|getconf.*|uname.*)\s*$/;
    return { status, stdout, stderr, calls: this.calls().filter((call) => !questions.test(call)) };
  }

  /** The programs that were called since this was asked last, or since a script began. */
  calls(): string[] {
    const calls = existsSync(this.#calls) ? readFileSync(this.#calls, "utf8").trimEnd().split("\n") : [];
    rmSync(this.#calls, { force: true });
    return calls.map((call) => call.trim());
  }

  /** A file's content, `-> target` for a link, or undefined. */
  read(path: string): string | undefined {
    const at = join(this.root, path);
    try {
      return `-> ${readlinkSync(at)}`;
    } catch {
      return existsSync(at) ? readFileSync(at, "utf8") : undefined;
    }
  }

  /** Every file outside /proc and /sys, and what the stand-ins keep. */
  files(): Record<string, string> {
    const entries = readdirSync(this.root, { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => relative(this.root, join(entry.parentPath, entry.name)));
    const ours = paths.filter(
      (path) =>
        !/^(proc|sys|synchronised|running-name|default.toml|installed|held|disabled|plan|loose|df|bound|conffiles|dpkg-audit|repository)(\/|$)/.test(
          path,
        ),
    );
    return Object.fromEntries(ours.map((path) => [path, this.read(path)!]));
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
    rmSync(this.#programs, { recursive: true, force: true });
  }
}
