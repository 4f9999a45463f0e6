// `npm run bench -- NAME`: each bench is a program of its own, which ends with all that it has started.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { didYouMean } from "../settings/errors.ts";
import { untilInterrupted } from "../tools/interruption.ts";
import { reasonOf } from "../tools/lines.ts";

/** What can be measured, by the name given on the command line. */
const benches: Readonly<Record<string, string>> = {
  "control-plane": "controlPlane/main.ts",
  boards: "../test/bench/boards.ts",
  gateway: "gateway/main.ts",
};
/** For a bench that was told to end, in milliseconds. */
const grace = 5_000;

const [name = "", ...args] = process.argv.slice(2);
const bench = benches[name];
if (bench === undefined) {
  const names = Object.keys(benches);
  console.error(
    `There is no benchmark "${name}"${didYouMean(name, names)}. Run: npm run bench -- ${names.join(" | ")}`,
  );
  process.exitCode = 2;
} else {
  process.exitCode = await untilInterrupted(
    (signal) => measure(bench, signal),
    (error) => {
      console.error(reasonOf(error));
    },
  );
}

async function measure(file: string, signal: AbortSignal): Promise<number> {
  const folder = mkdtempSync(path.join(tmpdir(), "bench-"));
  const { exitCode } = await execa(
    process.execPath,
    [fileURLToPath(new URL(file, import.meta.url)), ...args],
    {
      stdio: "inherit",
      env: { TMPDIR: folder },
      reject: false,
      cancelSignal: signal,
      killDescendants: true,
      forceKillAfterDelay: grace,
    },
  );
  rmSync(folder, { recursive: true, force: true });
  signal.throwIfAborted();
  return exitCode ?? 1;
}
