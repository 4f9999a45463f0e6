import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { boardGroup } from "../../bench/controlPlane/boardGroup.ts";
import { beginChanges, type Changes } from "../../bench/controlPlane/changes.ts";
import { startInGroups } from "../../bench/controlPlane/supervisor.ts";
import { keepWithin, makeSwap } from "../../bench/controlPlane/swap.ts";
import { addDevice, noZram, removeDevice, type ZramDevice } from "../../bench/controlPlane/zram.ts";
import { type Child, isRunning, startScript, until } from "../tools/child.ts";

/** Why nothing can be changed here; empty if it can. */
function obstacle(): string {
  if (process.getuid?.() !== 0) return "adding a zram device needs root";
  if (existsSync("/run/bramble-bench.json")) return "a bench is measuring on this machine";
  return noZram();
}

const noDevice = obstacle();
const bench = fileURLToPath(new URL("../../bench/index.ts", import.meta.url));
const untilKilled = fileURLToPath(new URL("swapUntilKilled.ts", import.meta.url));

/** One that Linux has always had. */
const compression = "lzo";
const swap = { swappiness: 123, pageCluster: 1, compression };

let folder: string;
let record: string;
let others: ZramDevice;
let changes: Changes | undefined;
let child: Child | undefined;

beforeEach(({ skip }) => {
  skip(noDevice !== "", noDevice);
  folder = mkdtempSync(path.join(tmpdir(), "zram-"));
  record = path.join(folder, "record.json");
  others = addDevice();
  changes = undefined;
  child = undefined;
});

// Whatever has failed: swap and settings are the whole machine's.
afterEach(async () => {
  if (noDevice !== "") return;
  child?.kill("SIGKILL");
  await child?.ended;
  if (changes === undefined && existsSync(record)) changes = await beginChanges(record);
  if (existsSync(record)) await changes?.end();
  await removeDevice(others);
  rmSync(folder, { recursive: true });
});

/** What a bench may change: zram devices, swap, settings of the kernel, control groups. */
function machine() {
  const read = (file: string) => readFileSync(file, "utf8");
  const controllers = ["", "memory", "cpu", "blkio"].map((name) => path.join("/sys/fs/cgroup", name));
  const groups = controllers.filter((file) => existsSync(file)).flatMap((file) => readdirSync(file));
  return {
    devices: readdirSync("/sys/block").filter((name) => name.startsWith("zram")),
    swaps: read("/proc/swaps"),
    sysctls: ["swappiness", "page-cluster"].map((name) => read(`/proc/sys/vm/${name}`).trim()),
    groups: groups.filter((name) => /^bramble-(bench|test)-/.test(name)),
  };
}

/** Starts a bench that waits to be killed. Returns the process of the program that it runs. */
async function startUntilKilled(): Promise<number> {
  const started = (child = startScript(untilKilled, [record], { env: process.env }));
  await until(() => /^started \d+$/m.test(started.output()));
  const program = Number(/\d+/.exec(started.output()));
  await until(() => readFileSync(`/proc/${program}/comm`, "utf8").trim() === "sleep");
  return program;
}

describe("what a bench changes on the machine", () => {
  it("is put back, and nothing else is touched", async () => {
    const before = machine();
    changes = await beginChanges(record);
    const use = await makeSwap(swap, changes);
    const during = machine();
    expect(during.sysctls).toEqual(["123", "1"]);
    const [added, ...more] = during.devices.filter((name) => !before.devices.includes(name));
    expect(more).toEqual([]);
    expect(during.devices).toHaveLength(before.devices.length + 1);
    expect(during.swaps).toContain(`/dev/${added} `);
    const { from, to } = await use();
    expect(Math.max(from, to)).toBeLessThan(1);
    await changes.putBack();
    expect(machine()).toEqual(before);
    await changes.end();
    expect(machine()).toEqual(before);
    expect(existsSync(record)).toBe(false);
  });

  it("ends with a bench that is killed, or is put back by the next one", async () => {
    const before = machine();
    const program = await startUntilKilled();
    const during = machine();
    expect(during.sysctls).toEqual(["123", "1"]);
    expect(during.groups.length).toBeGreaterThan(0);
    child?.kill("SIGKILL");
    expect(await child?.ended).toBe("SIGKILL");
    await until(() => !isRunning(program));
    expect(machine()).toEqual(during);
    changes = await beginChanges(record);
    expect(machine()).toEqual(before);
  });

  it("is left alone while the bench runs", async () => {
    await startUntilKilled();
    const during = machine();
    await expect(beginChanges(record)).rejects.toThrow(`Process ${child?.pid} is measuring on this machine`);
    expect(machine()).toEqual(during);
  });

  it("is not a device that has the number of one of its own by now", async () => {
    const before = machine();
    const zram = { number: others.number, sequence: "1" };
    writeFileSync(record, JSON.stringify({ process: { id: process.pid, started: "1" }, zram }));
    changes = await beginChanges(record);
    expect(machine()).toEqual(before);
  });

  it("is put back where the kernel can't compress as asked", async () => {
    const before = machine();
    changes = await beginChanges(record);
    await expect(makeSwap({ ...swap, compression: "zip" }, changes)).rejects.toThrow(
      /^The kernel can't compress with zip\. It offers: .*lzo/,
    );
    await changes.end();
    expect(machine()).toEqual(before);
  });

  it.each(["SIGINT", "SIGTERM"] as const)("is put back at once when a bench ends with %s", async (signal) => {
    const before = machine();
    child = startScript(bench, ["control-plane", "--zram"], { env: process.env });
    await until(() => machine().groups.length > before.groups.length);
    expect(machine().swaps).toContain("/dev/zram");
    const since = performance.now();
    child.kill(signal);
    expect(await child.ended).toBe(signal === "SIGINT" ? 130 : 143);
    expect(performance.now() - since).toBeLessThan(5_000);
    expect(machine()).toEqual(before);
  });
});

it("a group holds less the more of it is compressed", async () => {
  const budget = 100;
  changes = await beginChanges(record);
  const use = await makeSwap({ ...swap, swappiness: 190, pageCluster: 0 }, changes);
  const name = `bramble-test-${process.pid}`;
  changes.note({ group: name });
  const group = await boardGroup(name, { memory: budget, swap: true, cpu: 1, reads: 100 }, folder);
  const end = new AbortController();
  const keeping = keepWithin(budget, group, use, end.signal);
  // Pages of which a quarter is random.
  const hog = `const pages = Buffer.alloc(${120 * 2 ** 20});
    for (let at = 0; at < pages.length; at += 4096) require("node:crypto").randomFillSync(pages, at, 1024);
    setInterval(() => pages.at(-1), 1000);`;
  startInGroups(group.procs, process.execPath, ["-e", hog]);
  try {
    await until(async () => (await use()).from > 25 && (await group.resident()) <= budget - (await use()).to);
  } finally {
    end.abort();
    await group.stop();
  }
  const { from, to, most } = await keeping;
  expect(to).toBeGreaterThan(from / 8);
  expect(to).toBeLessThan(from / 2);
  expect(most).toBeGreaterThan(budget / 2);
  expect(await group.resident()).toBeLessThanOrEqual(budget - to + 1);
});
