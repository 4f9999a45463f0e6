import fs from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { obtainTools } from "../../tools/obtain.ts";
import { isRunning, startScript, until, type Child } from "./child.ts";
import * as answers from "./releaseServer.ts";
import { releaseServer } from "./releaseServer.ts";
import { fakeGo, filesIn, install, sandbox, sha256, thorn, thornProgram, type Sandbox } from "./sandbox.ts";

const script = fileURLToPath(new URL("obtainProcess.ts", import.meta.url));
const kept = ["thorn-1.2.3-linux-amd64/thorn", "thorn-1.2.3-linux-amd64/thorn.json"];

function start({ setUp }: Sandbox): Child {
  // The processes are to wait for the test, and not to give up by themselves.
  const patient = { ...setUp, patience: { answer: 10_000, stall: 10_000, total: 20_000 } };
  return startScript(script, [JSON.stringify(patient)]);
}

test("of two set-ups at once one downloads, and both succeed", async () => {
  const waiting: (() => void)[] = [];
  const server = await releaseServer((response) => {
    waiting.push(() => response.end(thornProgram));
  });
  const box = await sandbox(thorn({ url: server.url, sha256: sha256(thornProgram) }));

  const both = [start(box), start(box)];
  await until(
    () => waiting.length > 0 && both.some((child) => child.errors().includes("waiting for process")),
  );
  waiting.forEach((answer) => {
    answer();
  });

  expect(await Promise.all(both.map((child) => child.ended))).toEqual([0, 0]);
  expect(both.map((child) => JSON.parse(child.output()) as unknown)).toEqual([
    { thorn: path.join(box.setUp.cache, kept[0] ?? "") },
    { thorn: path.join(box.setUp.cache, kept[0] ?? "") },
  ]);
  expect(server.requests()).toBe(1);
  const [waited] = both.filter((child) => child.errors().includes("waiting"));
  const [worked] = both.filter((child) => child !== waited);
  expect(waited?.errors()).toContain(`waiting for process ${worked?.pid} on `);
  expect(waited?.errors()).toContain(`set-up of the tools in ${box.setUp.modules}`);
});

test("what a set-up that was killed has downloaded so far is not used", async () => {
  const server = await releaseServer(answers.stalled(thornProgram));
  const box = await sandbox(thorn({ url: server.url, sha256: sha256(thornProgram) }));
  const child = start(box);
  await until(async () => (await filesIn(box.setUp.cache)).some((file) => file.endsWith("/release")));
  child.kill("SIGKILL");
  expect(await child.ended).toBe("SIGKILL");
  expect(await filesIn(box.setUp.cache)).toContain("obtain.lock");

  server.answer(answers.whole(thornProgram));
  const { thorn: file = "" } = await obtainTools(box.setUp);

  expect(await fs.readFile(file, "utf8")).toBe(thornProgram);
  expect(await filesIn(box.setUp.cache)).toEqual(kept);
});

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("%s in a download leaves nothing", async (signal) => {
  const server = await releaseServer(answers.stalled(thornProgram));
  const box = await sandbox(thorn({ url: server.url, sha256: sha256(thornProgram) }));
  const child = start(box);
  await until(async () => (await filesIn(box.setUp.cache)).some((file) => file.endsWith("/release")));

  child.kill(signal);

  expect(await child.ended).toBe({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }[signal]);
  expect(child.errors()).toContain(`interrupted by ${signal}; no partial result is kept`);
  expect(await filesIn(box.setUp.cache)).toEqual([]);
});

test("SIGINT in a build ends the compiler and what it has started", async () => {
  const box = await sandbox(thorn());
  const pids = path.join(box.bin, "pids");
  await install(box.bin, "go", fakeGo(`sleep 60 & echo $$ $! >'${pids}'; wait`));
  const child = start(box);
  await until(async () => (await fs.readFile(pids, "utf8").catch(() => "")).endsWith("\n"));

  child.kill("SIGINT");

  expect(await child.ended).toBe(130);
  const [go = 0, compiler = 0] = (await fs.readFile(pids, "utf8")).split(" ").map(Number);
  await until(() => !isRunning(go) && !isRunning(compiler));
  expect(await filesIn(box.setUp.cache)).toEqual([]);
});
