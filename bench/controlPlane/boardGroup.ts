// A control group with what a board leaves its control plane.
import fs from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** What the group may take. */
export interface Limits {
  /** MiB, anonymous and file pages together. */
  memory: number;
  /** Cores. */
  cpu: number;
  /** MiB read from the disk each second. */
  reads: number;
}

/** What the group has taken since it was made, or holds now. */
export interface Usage {
  /** MiB held. */
  anonymous: number;
  file: number;
  /** MiB read from the disk. */
  read: number;
  /** Page faults that had to wait for the disk. */
  majorFaults: number;
}

export interface BoardGroup {
  /** Files that a process writes its id to, to be in the group. */
  procs: readonly string[];
  usage: () => Promise<Usage>;
  /** Every process of it must have ended. */
  remove: () => Promise<void>;
}

const root = "/sys/fs/cgroup";
const period = 100_000;
const mebi = 2 ** 20;

/**
 * Makes the group, with the version of control groups that has the memory controller on this machine.
 *
 * @param disk a file on the disk whose reads are limited
 */
export async function boardGroup(name: string, limits: Limits, disk: string): Promise<BoardGroup> {
  const device = await deviceOf(disk);
  const unified = await readFile(`${root}/cgroup.controllers`);
  return unified?.includes("memory") ? second(name, limits, device) : first(name, limits, device);
}

async function first(name: string, limits: Limits, device: string): Promise<BoardGroup> {
  const [memory, cpu, blkio] = [`${root}/memory/${name}`, `${root}/cpu/${name}`, `${root}/blkio/${name}`];
  await set(memory, { "memory.limit_in_bytes": limits.memory * mebi });
  await set(cpu, { "cpu.cfs_period_us": period, "cpu.cfs_quota_us": limits.cpu * period });
  await set(blkio, { "blkio.throttle.read_bps_device": `${device} ${limits.reads * mebi}` });
  return {
    procs: [memory, cpu, blkio].map((folder) => `${folder}/cgroup.procs`),
    async usage() {
      const stat = figures(await fs.readFile(`${memory}/memory.stat`, "utf8"));
      const io = await fs.readFile(`${blkio}/blkio.throttle.io_service_bytes`, "utf8");
      const read = Number(new RegExp(`^${device} Read (\\d+)$`, "m").exec(io)?.[1] ?? 0);
      const { rss = 0, cache = 0, pgmajfault = 0 } = stat;
      return { anonymous: rss / mebi, file: cache / mebi, read: read / mebi, majorFaults: pgmajfault };
    },
    remove: () => remove([memory, cpu, blkio]),
  };
}

async function second(name: string, limits: Limits, device: string): Promise<BoardGroup> {
  await fs.writeFile(`${root}/cgroup.subtree_control`, "+memory +cpu +io");
  const group = path.join(root, name);
  await set(group, {
    "memory.max": limits.memory * mebi,
    "memory.swap.max": 0,
    "cpu.max": `${limits.cpu * period} ${period}`,
    "io.max": `${device} rbps=${limits.reads * mebi}`,
  });
  return {
    procs: [`${group}/cgroup.procs`],
    async usage() {
      const {
        anon = 0,
        file = 0,
        pgmajfault = 0,
      } = figures(await fs.readFile(`${group}/memory.stat`, "utf8"));
      const io = await fs.readFile(`${group}/io.stat`, "utf8");
      const read = Number(new RegExp(`^${device} .*rbytes=(\\d+)`, "m").exec(io)?.[1] ?? 0);
      return { anonymous: anon / mebi, file: file / mebi, read: read / mebi, majorFaults: pgmajfault };
    },
    remove: () => remove([group]),
  };
}

async function set(group: string, values: Record<string, string | number>): Promise<void> {
  await fs.mkdir(group, { recursive: true });
  for (const [file, value] of Object.entries(values)) {
    // A kernel without swap accounting has no such file, and nothing to limit.
    if (file === "memory.swap.max" && (await readFile(`${group}/${file}`)) === undefined) continue;
    await fs.writeFile(`${group}/${file}`, `${value}`);
  }
}

/** A group that lost its last process a moment ago is busy for a little longer. */
async function remove(groups: readonly string[]): Promise<void> {
  for (const group of groups) {
    for (let tries = 0; ; tries++) {
      try {
        await fs.rmdir(group);
        break;
      } catch (error) {
        if (tries === 50) throw error;
        await sleep(100);
      }
    }
  }
}

/** The `major:minor` of the whole disk that a file is on: a partition cannot be limited. */
async function deviceOf(file: string): Promise<string> {
  const { dev } = await fs.stat(file, { bigint: true });
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & ~0xfffn);
  const minor = (dev & 0xffn) | ((dev >> 12n) & ~0xffn);
  const device = await fs.realpath(`/sys/dev/block/${major}:${minor}`);
  const whole = (await readFile(`${device}/partition`)) === undefined ? device : path.dirname(device);
  return (await fs.readFile(`${whole}/dev`, "utf8")).trim();
}

function figures(stat: string): Record<string, number> {
  const pairs = stat.split("\n").map((line): [string, number] => {
    const [name = "", value] = line.split(" ");
    return [name, Number(value)];
  });
  return Object.fromEntries(pairs);
}

async function readFile(file: string): Promise<string | undefined> {
  try {
    return await fs.readFile(file, "utf8");
  } catch {
    return undefined;
  }
}
