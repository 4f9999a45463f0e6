import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { withLock } from "../../tools/lock.mjs";
import { startScript } from "./child.ts";

async function lockFile(): Promise<string> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), "bramble-lock-"));
  onTestFinished(() => fs.rm(folder, { recursive: true, force: true }));
  return path.join(folder, "made", "on the way", "test.lock");
}

/** A lock whose process has ended without giving it back. */
async function leaveLock(file: string): Promise<void> {
  const dead = startScript("-e", ["0"]);
  await dead.ended;
  await fs.mkdir(path.dirname(file), { recursive: true });
  await fs.writeFile(file, JSON.stringify({ pid: dead.pid, host: os.hostname(), holder: "a killed set-up" }));
}

test("a lock is held by one at a time, also when all find a dead one's first", async () => {
  const file = await lockFile();
  await leaveLock(file);
  let inside = 0;
  const seen: number[] = [];
  const work = async (): Promise<void> => {
    seen.push(++inside);
    await sleep(5);
    inside -= 1;
  };

  await Promise.all(
    Array.from({ length: 8 }, () => withLock({ file, holder: "test", say: () => undefined }, work)),
  );

  expect(seen).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
  expect(await fs.readdir(path.dirname(file))).toEqual([]);
});

test("a dead process's lock is taken over at once and without a word", async () => {
  const file = await lockFile();
  await leaveLock(file);
  const said: string[] = [];

  const result = await withLock({ file, holder: "test", say: (line) => said.push(line) }, () =>
    Promise.resolve(7),
  );

  expect(result).toBe(7);
  expect(said).toEqual([]);
});

test("a lock is given back when the work fails", async () => {
  const file = await lockFile();
  const failing = withLock({ file, holder: "test", say: () => undefined }, () =>
    Promise.reject(new Error("thorns")),
  );

  await expect(failing).rejects.toThrow("thorns");
  expect(await fs.readdir(path.dirname(file))).toEqual([]);
});

test("a live lock of another host is waited for, by name, until the signal ends the wait", async () => {
  const file = await lockFile();
  await fs.mkdir(path.dirname(file), { recursive: true });
  const other = { pid: 2 ** 30, host: "another", holder: "set-up of its clone", since: "noon" };
  await fs.writeFile(file, JSON.stringify(other));
  const said: string[] = [];
  const abort = new AbortController();
  setTimeout(() => {
    abort.abort(new Error("enough"));
  }, 300);
  const request = { file, holder: "test", say: (line: string) => said.push(line), signal: abort.signal };

  await expect(withLock(request, () => Promise.resolve())).rejects.toThrow("enough");

  expect(said).toEqual([
    `waiting for process ${other.pid} on another (set-up of its clone, since noon), which holds ${file}`,
  ]);
  expect(JSON.parse(await fs.readFile(file, "utf8"))).toEqual(other);
});

test("a lock that cannot be written says where and what to do", async () => {
  const file = path.join(await lockFile(), "below");
  await fs.mkdir(path.dirname(path.dirname(file)), { recursive: true });
  await fs.writeFile(path.dirname(file), "a file where a folder should be");

  const work = withLock({ file, holder: "test", say: () => undefined }, () => Promise.resolve());

  await expect(work).rejects.toThrow(
    /^the lock .*below cannot be written \((ENOTDIR|EEXIST)\): .*XDG_CACHE_HOME/,
  );
});
