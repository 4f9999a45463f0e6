import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { release, tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import semver from "semver";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { arm64Emulator } from "../../lab/architecture.ts";

const script = path.join(import.meta.dirname, "../../lab/image/emulated.sh");
const folder = mkdtempSync(path.join(tmpdir(), "emulated-"));
const program = path.join(folder, "exit7");

/** A program for arm64, without any file of its own or a library, that ends with 7. */
function writeProgram(): void {
  const at = 0x400000n;
  const code = [0xd28000e0, 0xd2800ba8, 0xd4000001]; // mov x0, 7; mov x8, exit; svc 0
  const header = Buffer.alloc(120 + 4 * code.length);
  header.write("\x7fELF\x02\x01\x01", "latin1");
  header.writeUInt16LE(2, 16);
  header.writeUInt16LE(183, 18);
  header.writeUInt32LE(1, 20);
  header.writeBigUInt64LE(at + 120n, 24);
  header.writeBigUInt64LE(64n, 32);
  header.writeUInt16LE(64, 52);
  header.writeUInt16LE(56, 54);
  header.writeUInt16LE(1, 56);
  header.writeUInt32LE(1, 64);
  header.writeUInt32LE(5, 68);
  header.writeBigUInt64LE(at, 80);
  header.writeBigUInt64LE(at, 88);
  header.writeBigUInt64LE(BigInt(header.length), 96);
  header.writeBigUInt64LE(BigInt(header.length), 104);
  header.writeBigUInt64LE(0x1000n, 112);
  for (const [i, instruction] of code.entries()) header.writeUInt32LE(instruction, 120 + 4 * i);
  writeFileSync(program, header, { mode: 0o755 });
}

writeProgram();
afterAll(() => rmSync(folder, { recursive: true }));

const emulated = (command: string, input = "") =>
  spawnSync("sh", [script, "sh", "-c", command, "sh", program], { input, encoding: "utf8", timeout: 30_000 });
const reasonToSkip = () => {
  if (process.getuid?.() !== 0) return "needs root";
  if (spawnSync(arm64Emulator, ["-version"]).error !== undefined) return `${arm64Emulator} is not on PATH`;
  const isOld = semver.lt(semver.coerce(release()) ?? "0.0.0", "6.7.0");
  return isOld || !existsSync("/proc/sys/fs/binfmt_misc") ? "needs Linux 6.7 with binfmt_misc" : "";
};
const reason = reasonToSkip();
const registered = () => readdirSync("/proc/sys/fs/binfmt_misc");

describe("a command with emulation", () => {
  beforeEach(({ skip }) => skip(reason !== "", reason));

  it("starts programs for arm64, which this machine does not learn to start", () => {
    const before = registered();
    const { status, stdout } = emulated('"$1"; echo "ended with $?"; exit 5');
    expect(stdout).toBe("ended with 7\n");
    expect(status).toBe(5);
    expect(registered()).toEqual(before);
  });

  it("has its input, and this machine's users", () => {
    const command = 'cat; echo "$(id -u)" >"$1.user"; chown 5:6 "$1.user"; stat -c "%u:%g" "$1.user"';
    expect(emulated(command, "said\n").stdout).toBe("said\n5:6\n");
    expect(spawnSync("stat", ["-c", "%u:%g", `${program}.user`], { encoding: "utf8" }).stdout).toBe("5:6\n");
  });

  it("ends with all that it has started, when it is killed", async () => {
    const started = path.join(folder, "started");
    const sleeping = `sleep 60.${process.pid}`;
    const command = `${sleeping} & echo >${started}; ${sleeping}; true`;
    const child = spawn("sh", [script, "sh", "-c", command], { stdio: "ignore" });
    while (!existsSync(started)) await sleep(50);
    expect(processesOf(sleeping)).toBeGreaterThan(0);
    child.kill("SIGKILL");
    await once(child, "exit");
    for (let i = 0; i < 50 && processesOf(sleeping) > 0; i++) await sleep(50);
    expect(processesOf(sleeping)).toBe(0);
  });

  it("leaves nothing behind where the kernel allows no namespace", async () => {
    const bin = path.join(folder, "bin");
    mkdirSync(bin);
    writeFileSync(path.join(bin, "unshare"), "#!/bin/sh\nexit 3\n");
    chmodSync(path.join(bin, "unshare"), 0o755);
    const env = { ...process.env, PATH: `${bin}:${process.env.PATH ?? ""}` };
    expect(spawnSync("sh", [script, "true"], { env, timeout: 10_000 }).status).toBe(3);
    for (let i = 0; i < 50 && processesOf(`sh ${script} true`) > 0; i++) await sleep(50);
    expect(processesOf(`sh ${script} true`)).toBe(0);
  });
});

/** How many processes have a command line that begins like this. */
function processesOf(begin: string): number {
  const { stdout } = spawnSync("ps", ["-eo", "args"], { encoding: "utf8" });
  return stdout.split("\n").filter((line) => line.startsWith(begin)).length;
}
