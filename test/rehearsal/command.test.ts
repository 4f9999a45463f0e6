import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import { TemporaryRehearsal } from "./temporaryRehearsal.ts";

const rehearsal = new TemporaryRehearsal("command");
const { root, kwok, project } = rehearsal.folder;
afterAll(() => rehearsal.end(), 120_000);

function command(...args: string[]): {
  child: ChildProcess;
  output: () => string;
  ended: Promise<number | null>;
} {
  const program = fileURLToPath(new URL("command.ts", import.meta.url));
  const child = spawn(process.execPath, [program, root, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
  return { child, output: () => text, ended: once(child, "close").then(([code]) => code as number | null) };
}

async function until(holds: () => boolean): Promise<void> {
  await expect.poll(holds, { timeout: 90_000, interval: 50 }).toBe(true);
}

it("refuses an unknown argument with the known ones", async () => {
  const { ended, output } = command("--dwon");
  expect(await ended).toBe(2);
  expect(output()).toContain("--dwon");
  expect(output()).toContain("npm start -- --down");
  expect(rehearsal.exists).toBe(false);
});

it("refuses to fail a board that is none, before anything is started", async () => {
  const { ended, output } = command("--fail", "no-such-board");
  expect(await ended).toBe(1);
  expect(output()).toContain('--fail: no board is called "no-such-board". Allowed: each, ');
  expect(rehearsal.exists).toBe(false);
});

it("leaves nothing when it is interrupted while it deploys", { timeout: 240_000 }, async () => {
  const { child, ended, output } = command();
  await until(() => output().includes("✓ boards"));
  await until(() => existsSync(project) || output().includes("applied"));
  child.kill("SIGINT");
  expect(await ended).toBe(130);
  expect(output()).toContain("interrupted by SIGINT");
  expect(await rehearsal.end()).toEqual([]);
  expect(rehearsal.exists).toBe(false);
});

it("leaves nothing when it is interrupted while the control plane starts", { timeout: 240_000 }, async () => {
  const { child, ended } = command();
  await until(() => existsSync(path.join(kwok, "clusters", "bramble", "pids")));
  child.kill("SIGTERM");
  expect(await ended).toBe(143);
  expect(await rehearsal.end()).toEqual([]);
  expect(rehearsal.exists).toBe(false);
});

it("starts anew after a run that died, and ends on request", { timeout: 480_000 }, async () => {
  const { child, ended, output } = command();
  await until(() => output().includes("✓ boards"));
  child.kill("SIGKILL");
  await ended;
  const etcd = await readFile(path.join(kwok, "clusters", "bramble", "pids", "etcd.pid"), "utf8");
  process.kill(Number(etcd), "SIGKILL");

  const again = command();
  expect(await again.ended, again.output()).toBe(0);
  expect(again.output()).toContain("everything runs");
  expect(await readdir(root)).toContain("report.html");

  const down = command("--down");
  expect(await down.ended).toBe(0);
  expect(rehearsal.exists).toBe(false);
  expect(await rehearsal.end()).toEqual([]);
});
