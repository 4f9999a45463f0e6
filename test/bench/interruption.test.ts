import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { isRunning, startScript, until } from "../tools/child.ts";

const bench = fileURLToPath(new URL("../../bench/index.ts", import.meta.url));

/** The processes of a process, and theirs. */
function descendantsOf(pid: number): number[] {
  const rows = execFileSync("ps", ["-eo", "pid=,ppid="], { encoding: "utf8" }).trim().split("\n");
  const pairs = rows.map((row) => row.trim().split(/ +/).map(Number));
  const walk = (parent: number): number[] =>
    pairs.flatMap(([child, of]) => (of === parent ? [child!, ...walk(child!)] : []));
  return walk(pid);
}

it.each(["SIGINT", "SIGTERM"] as const)("%s ends a bench with all that it has started", async (signal) => {
  const child = startScript(bench, ["gateway"], { env: process.env });
  let started: number[] = [];
  // The bench, and the gateway that it measures.
  await until(() => (started = descendantsOf(child.pid)).length >= 2);
  child.kill(signal);
  expect(await child.ended).toBe(signal === "SIGINT" ? 130 : 143);
  expect(child.errors()).toContain(`interrupted by ${signal}`);
  await until(() => !started.some(isRunning));
});

it("an unknown bench is answered with those that there are", async () => {
  const child = startScript(bench, ["gatewy"], { env: process.env });
  expect(await child.ended).toBe(2);
  expect(child.errors()).toContain('Did you mean "gateway"?');
});
