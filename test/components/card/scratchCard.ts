import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { quoted } from "../../../components/board/shell.ts";

/** Stand-ins for what only a board's root may do; each works on the scratch root's files. */
const programs: Readonly<Record<string, string>> = {
  hostname: "true",
  chown: "true",
  sync: "true",
  rfkill: "true",
  sleep: "kill -9 0",
  id: 'echo "$2"',
  getent: 'grep -E "^($2|[^:]*:[^:]*:$2):" "$BRAMBLE_ROOT/etc/passwd"',
  useradd: `for last; do :; done; grep -q "^$last:" "$BRAMBLE_ROOT/etc/passwd" && exit 9
echo "$last:x:1001:1001::/home/$last:/bin/bash" >>"$BRAMBLE_ROOT/etc/passwd"; mkdir -p "$BRAMBLE_ROOT/home/$last"`,
  usermod: 'echo "usermod $*" >>"$BRAMBLE_ROOT/calls"',
  install: 'for last; do :; done; mkdir -p "$last"',
  systemctl: `echo "systemctl $*" >>"$BRAMBLE_ROOT/calls"
case $* in *is-enabled*) exit 1 ;; *reboot*) touch "$BRAMBLE_ROOT/rebooting" ;; esac`,
  "cloud-init": 'rm -rf "$BRAMBLE_ROOT/var/lib/cloud"',
};

/** The files of a system whose card was flashed and written. */
export class ScratchCard {
  readonly root = mkdtempSync(join(tmpdir(), "card-"));
  readonly #bin = mkdtempSync(join(tmpdir(), "programs-"));

  constructor(files: Readonly<Record<string, string>>) {
    for (const [path, text] of Object.entries(files)) this.write(path, text);
    for (const [name, body] of Object.entries(programs))
      writeFileSync(join(this.#bin, name), `#!/bin/bash\n${body}\n`, { mode: 0o755 });
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), text);
  }

  /** A file's content, or undefined. */
  read(path: string): string | undefined {
    return existsSync(join(this.root, path)) ? readFileSync(join(this.root, path), "utf8") : undefined;
  }

  /**
   * Runs a script as the system would.
   *
   * @param cutAfter the number of commands after which the power fails. Default: it does not
   * @returns whether it came to its end; an error of its own is thrown
   */
  run(script: string, cutAfter = Infinity): boolean {
    const count = Number.isFinite(cutAfter) ? String(cutAfter) : "1000000";
    const file = quoted(join(this.root, "commands"));
    const cut = `n=0; trap 'echo $n >${file.replaceAll("'", '"')}' EXIT; trap '(( ++n <= ${count} )) || kill -9 0' DEBUG; set -T; . ${quoted(script)}`;
    const { status, signal, stderr } = spawnSync("setsid", ["-w", "bash", "-c", cut], {
      env: { PATH: `${this.#bin}:${process.env.PATH ?? ""}`, BRAMBLE_ROOT: this.root },
      encoding: "utf8",
    });
    if (status === 0) return true;
    if (signal === "SIGKILL" || status === 137) return false;
    throw new Error(`status ${String(status)}: ${stderr}`);
  }

  /** How many commands the last script that came to its end had. */
  get commands(): number {
    return Number(this.read("commands"));
  }

  /** Every file but what the stand-ins keep. */
  files(): Record<string, string> {
    const entries = readdirSync(this.root, { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.root.length + 1));
    const own = paths
      .filter((path) => !/^(calls|commands|rebooting|script)$|\.bramble-new$/.test(path))
      .toSorted();
    return Object.fromEntries(own.map((path) => [path, this.read(path)!]));
  }

  remove(): void {
    rmSync(this.root, { recursive: true });
    rmSync(this.#bin, { recursive: true });
  }
}
