// A lock between processes: a file that only one of them can create. Plain JavaScript, because
// prepare.mjs needs it before there is a Node that runs TypeScript.
import crypto from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { performance } from "node:perf_hooks";
import { clearInterval, setInterval } from "node:timers";
import { setTimeout as sleep } from "node:timers/promises";

const pollMs = 200;
const refreshMs = 5_000;
/** Twelve missed refreshes: more than any pause of a busy machine, little for one who waits. */
const abandonedMs = 60_000;
const repeatMs = 30_000;
/** A takeover is three system calls; one that is this old was cut off. */
const takeoverMs = 10_000;

/**
 * Who asks for a lock and how it is told of a wait.
 *
 * @typedef {object} LockRequest
 * @property {string} file the lock's file, absolute; its folder is created
 * @property {string} holder who holds it, in words, for those who wait: "set-up of /home/me/bramble"
 * @property {(line: string) => void} say takes a line for the user when there is something to wait for
 * @property {AbortSignal} [signal] ends the wait; the lock's own work has to watch it by itself
 */

/**
 * Runs `work` while holding the lock at `request.file`, which is given back whatever happens.
 *
 * A lock is free for the taking when its process is dead, or when nobody has refreshed it for a minute of
 * this process's own waking time. The second rule is for what a process number does not tell: a holder in
 * another container, or a number that was given out again after a restart.
 *
 * @template Result
 * @param {LockRequest} request
 * @param {() => Promise<Result>} work
 * @returns {Promise<Result>} what `work` returned
 * @throws what `work` threw; the signal's reason when it ended the wait; an Error naming the folder if the
 *   lock cannot be written
 */
export async function withLock(request, work) {
  const text = await acquire(request);
  const release = () => removeIfUnchanged(request.file, text);
  const refresh = setInterval(() => touch(request.file), refreshMs);
  process.once("exit", release);
  try {
    return await work();
  } finally {
    clearInterval(refresh);
    process.removeListener("exit", release);
    release();
  }
}

/** Waits for the lock and returns the text which marks it as this process's own. */
async function acquire({ file, holder, say, signal }) {
  const text = JSON.stringify({
    pid: process.pid,
    host: os.hostname(),
    holder,
    since: new Date().toISOString(),
    mark: crypto.randomUUID(),
  });
  const watch = { state: "", since: performance.now(), saidAt: -Infinity };
  while (!create(file, text)) {
    signal?.throwIfAborted();
    const present = read(file);
    if (present === undefined) continue;
    const now = performance.now();
    if (present.state !== watch.state) Object.assign(watch, { state: present.state, since: now });
    if (isDead(present.owner) || now - watch.since > abandonedMs) {
      takeOver(file, present.text);
      continue;
    }
    if (now - watch.saidAt > repeatMs) {
      watch.saidAt = now;
      say(`waiting for ${describe(present.owner)}, which holds ${file}`);
    }
    await sleep(pollMs);
  }
  return text;
}

function create(file, text) {
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text, { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code === "EEXIST" && error.path === file) return false;
    throw new Error(
      `the lock ${file} cannot be written (${error.code}): give this user write access, ` +
        `or set XDG_CACHE_HOME to a folder where it can`,
      { cause: error },
    );
  }
}

function read(file) {
  try {
    const text = fs.readFileSync(file, "utf8");
    return { text, owner: parse(text), state: `${text}${fs.statSync(file).mtimeMs}` };
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** A holder that is just writing its lock, or was killed while at it, has left no whole JSON. */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isDead(owner) {
  if (owner === undefined || owner.host !== os.hostname()) return false;
  try {
    process.kill(owner.pid, 0);
    return false;
  } catch (error) {
    return error.code === "ESRCH";
  }
}

function describe(owner) {
  if (owner === undefined) return "a set-up that has just started";
  return `process ${owner.pid} on ${owner.host} (${owner.holder}, since ${owner.since})`;
}

/**
 * Removes an abandoned lock. Two that wait may both have found it abandoned: the folder lets one of them in
 * at a time, and the second look keeps it from removing the lock which the other has created since.
 */
function takeOver(file, text) {
  const gate = `${file}.takeover`;
  try {
    fs.mkdirSync(gate);
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    const made = fs.statSync(gate, { throwIfNoEntry: false });
    if (made !== undefined && Date.now() - made.mtimeMs > takeoverMs)
      fs.rmSync(gate, { recursive: true, force: true });
    return;
  }
  try {
    removeIfUnchanged(file, text);
  } finally {
    fs.rmSync(gate, { recursive: true, force: true });
  }
}

function removeIfUnchanged(file, text) {
  if (read(file)?.text === text) fs.rmSync(file, { force: true });
}

function touch(file) {
  const now = new Date();
  // Nobody is hurt by a refresh that fails: the lock then counts as abandoned after a minute.
  fs.utimes(file, now, now, () => {});
}
