import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { unpackedDebs } from "../../programs/debs.ts";

const found = unpackedDebs("netplan", [
  "netplan.io",
  "libnetplan1",
  "libnetplan0",
  "netplan-generator",
  "libnm0",
]);
const reader = fileURLToPath(new URL("readKeyfile.py", import.meta.url));

/** Why there is neither netplan nor NetworkManager's library, or an empty text. */
export const noNetworks = "reason" in found ? found.reason : missingLibrary(found.folder);

function environment(folder: string) {
  const libraries = join(folder, "usr/lib");
  const own = readdirSync(libraries).filter((name) => name.endsWith("-linux-gnu"));
  return { ...process.env, LD_LIBRARY_PATH: own.map((name) => join(libraries, name)).join(":") };
}

function missingLibrary(folder: string): string {
  const load = "import ctypes; [ctypes.CDLL(each) for each in ('libglib-2.0.so.0', 'libnm.so.0')]";
  const { status } = spawnSync("python3", ["-c", load], { env: environment(folder) });
  return status === 0 ? "" : "libnm cannot be loaded here (package libglib2.0-0)";
}

/** What a Wi-Fi network is taken for. */
export interface SeenWifi {
  ssid: string;
  password: string;
}

/** What NetworkManager makes of keyfiles. */
export function wifisOf(...keyfiles: string[]): SeenWifi[] {
  if ("reason" in found) throw new Error(found.reason);
  const folder = mkdtempSync(join(tmpdir(), "keyfiles-"));
  try {
    const files = keyfiles.map((text, i) => {
      const file = join(folder, String(i));
      writeFileSync(file, text);
      return file;
    });
    const said = execFileSync("python3", [reader, ...files], {
      env: environment(found.folder),
      encoding: "utf8",
    });
    const seen = JSON.parse(said) as { ssid: number[]; password: string }[];
    return seen.map(({ ssid, password }) => ({ ssid: Buffer.from(ssid).toString(), password }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The files that netplan generates from a network configuration, by their paths below /run. */
export function generated(text: string): Record<string, string> {
  if ("reason" in found) throw new Error(found.reason);
  const root = mkdtempSync(join(tmpdir(), "netplan-"));
  try {
    mkdirSync(join(root, "etc/netplan"), { recursive: true });
    writeFileSync(join(root, "etc/netplan/50.yaml"), text, { mode: 0o600 });
    const program = join(found.folder, "usr/libexec/netplan/generate");
    execFileSync(program, ["--root-dir", root], {
      env: environment(found.folder),
      encoding: "utf8",
      stdio: "pipe",
    });
    const run = join(root, "run");
    const entries = readdirSync(run, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    return Object.fromEntries(
      entries.map(({ parentPath, name }) => [
        join(parentPath, name).slice(run.length + 1),
        readFileSync(join(parentPath, name), "utf8"),
      ]),
    );
  } finally {
    rmSync(root, { recursive: true });
  }
}
