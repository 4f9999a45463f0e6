// What `npm start` and `npm test` run first: installs what a fresh clone lacks. It is run by whichever Node
// the system has, so it is plain JavaScript without a dependency; Node 24 and TypeScript come with npm ci.
import { spawn } from "node:child_process";
import crypto from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { clearInterval, setInterval } from "node:timers";
import { fileURLToPath } from "node:url";
import { cacheFolder } from "./cacheFolder.mjs";
import { installFault, nodeForTypeScript } from "./installed.mjs";
import { withLock } from "./lock.mjs";

const oldestNode = 20;
const heartbeatMs = 15_000;
/**
 * Rehearsal, lint and tests are development dependencies, so a NODE_ENV=production must not drop them. npm
 * warns of every package that wants a newer Node than the system's, though none of them will run on that one.
 */
const npmArguments = ["ci", "--include=dev", "--loglevel=error"];
const root = fs.realpathSync(path.resolve(path.dirname(fileURLToPath(import.meta.url)), ".."));

/** Ends with the exit code of what went wrong, so that npm does not go on to the command itself. */
async function prepare() {
  if (Number(process.versions.node.split(".")[0]) < oldestNode) {
    throw new Error(
      `bramble needs Node ${oldestNode} or newer and this is ${process.versions.node}: ` +
        `install a newer one from https://nodejs.org and run the same command again`,
    );
  }
  if (installFault(root) !== undefined)
    await withLock({ file: lockFile(), holder: `set-up of ${root}`, say }, install);
  return obtainTools();
}

/** In the cache and not in the clone, because npm ci empties node_modules and nothing else is free for it. */
function lockFile() {
  const clone = crypto.createHash("sha256").update(root).digest("hex").slice(0, 12);
  return path.join(cacheFolder(), `install-${clone}.lock`);
}

/** Holds the lock. Looks again first: the set-up it has waited for may have installed everything. */
async function install() {
  const fault = installFault(root);
  if (fault === undefined) return;
  say(`${fault}; running npm ci`);
  const start = Date.now();
  const heartbeat = setInterval(() => say(`npm ci: ${seconds(start)} s`), heartbeatMs);
  const code = await run("npm", npmArguments, { PATH: pathWithoutClone() }).finally(() => {
    clearInterval(heartbeat);
  });
  if (code !== 0) throw new Error(`npm ci failed with exit code ${code}; see its output above`);
  const left = installFault(root);
  if (left !== undefined) throw new Error(stillFaulty(left));
  say(`npm ci: done in ${seconds(start)} s`);
}

function stillFaulty(fault) {
  if (nodeForTypeScript(root) !== undefined) return `npm ci succeeded, but ${fault}`;
  return (
    "npm ci succeeded but did not install Node 24: its install script did not run. Either allow install scripts " +
    "(`npm config delete ignore-scripts`) or install Node 24, and run the same command again"
  );
}

/** npm must not run on the Node which npm ci is about to remove. */
function pathWithoutClone() {
  const inClone = path.join(root, "node_modules") + path.sep;
  const entries = (process.env.PATH || "").split(path.delimiter);
  return entries.filter((entry) => !entry.startsWith(inClone)).join(path.delimiter);
}

function obtainTools() {
  const script = path.join(root, "tools", "obtain.ts");
  // Node's fetch looks at HTTPS_PROXY and NO_PROXY only when told to, and only when it starts.
  return run(nodeForTypeScript(root), [script], { NODE_USE_ENV_PROXY: "1" });
}

/**
 * Runs a command on this terminal and resolves to its exit code. It has a process group of its own, so that
 * a signal to this process reaches all that npm has started; this process then ends too, after them.
 */
function run(command, args, environment) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      detached: true,
      env: { ...process.env, ...environment },
      stdio: ["ignore", "inherit", "inherit"],
    });
    let received;
    const forward = (signal) => {
      received = signal;
      signalGroup(child.pid, signal);
    };
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
    for (const signal of signals) process.on(signal, forward);
    child.once("error", (error) => reject(new Error(`${command} could not be started: ${error.message}`)));
    child.once("close", (code, signal) => {
      for (const name of signals) process.removeListener(name, forward);
      if (received !== undefined) {
        // What npm's install scripts put into the background does not hear SIGINT.
        signalGroup(child.pid, "SIGKILL");
        process.exit(128 + os.constants.signals[received]);
      }
      resolve(code === null ? 128 + os.constants.signals[signal] : code);
    });
  });
}

function signalGroup(leader, signal) {
  try {
    process.kill(-leader, signal);
  } catch {
    // The whole group has ended in the meantime.
  }
}

function say(line) {
  process.stderr.write(`set-up: ${line}\n`);
}

function seconds(start) {
  return Math.round((Date.now() - start) / 1000);
}

try {
  process.exitCode = await prepare();
} catch (error) {
  say(error.message);
  process.exitCode = 1;
}
